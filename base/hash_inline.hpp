// SPDX-License-Identifier: MIT
// XXH3 in 64 bits of four and of eight words: what every event and every random number hashes. The
// same values as xxh3_64 (base/hash.hpp) gives of their bytes, without a call and a choice by size.
#pragma once

#include "base/types.hpp"

namespace knhk {

namespace xxh3 {

inline constexpr u64 PRIME = 0x9E37'79B1'85EB'CA87;
inline constexpr u64 AVALANCHE_PRIME = 0x1656'6791'9E37'79F9;
/// The first 64 bytes of XXH3's default secret, as little-endian words. In memory: as constants
/// they would cost an instruction each.
extern const u64 SECRET[8];

/// Two words under two words of the secret: their product of 128 bits, folded.
[[nodiscard]] inline u64 mix(u64 a, u64 b, u32 secret) {
    __extension__ using u128 = unsigned __int128;
    const u128 product = static_cast<u128>(a ^ SECRET[secret]) * (b ^ SECRET[secret + 1]);
    return static_cast<u64>(product) ^ static_cast<u64>(product >> 64);
}

[[nodiscard]] inline u64 avalanche(u64 sum) {
    sum ^= sum >> 37;
    sum *= AVALANCHE_PRIME;
    return sum ^ sum >> 32;
}

} // namespace xxh3

[[nodiscard]] inline u64 xxh3_64_of(const u64 (&words)[4]) {
    return xxh3::avalanche(32 * xxh3::PRIME + xxh3::mix(words[0], words[1], 0) +
                           xxh3::mix(words[2], words[3], 2));
}
/// Of zero bytes: what a task without an output results in.
inline constexpr u64 XXH3_64_OF_32_ZEROS = 0xA057'271C'9071'C99D;

[[nodiscard]] inline u64 xxh3_64_of(const u64 (&words)[8]) {
    return xxh3::avalanche(64 * xxh3::PRIME + xxh3::mix(words[2], words[3], 4) +
                           xxh3::mix(words[4], words[5], 6) + xxh3::mix(words[0], words[1], 0) +
                           xxh3::mix(words[6], words[7], 2));
}

} // namespace knhk
