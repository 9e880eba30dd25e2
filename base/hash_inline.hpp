// SPDX-License-Identifier: MIT
// XXH3 in 64 bits of four and of eight words: what every event and every random number hashes. The
// same values as xxh3_64 (base/hash.hpp) gives of their bytes, without a call and a choice by size.
#pragma once

#include "base/types.hpp"

namespace knhk {

namespace xxh3 {

inline constexpr u64 PRIME = 0x9E37'79B1'85EB'CA87;
inline constexpr u64 AVALANCHE_PRIME = 0x1656'6791'9E37'79F9;
/// The first 64 bytes of XXH3's default secret, as little-endian words.
inline constexpr u64 SECRET_WORDS[8] = {
    0xBE4B'A423'396C'FEB8, 0x1CAD'21F7'2C81'017C, 0xDB97'9083'E96D'D4DE, 0x1F67'B3B7'A4A4'4072,
    0x78E5'C0CC'4EE6'79CB, 0x2172'FFCC'7DD0'5A82, 0x8E24'43F7'7446'08B8, 0x4C26'3A81'E690'35E0};
/// The same in memory: as constants they would cost an instruction each.
extern const u64 SECRET[8];

[[nodiscard]] constexpr u64 secret_word(u32 index) {
    if consteval {
        return SECRET_WORDS[index];
    } else {
        return SECRET[index];
    }
}

/// Two words under two words of the secret: their product of 128 bits, folded.
[[nodiscard]] constexpr u64 mix(u64 a, u64 b, u32 secret) {
    __extension__ using u128 = unsigned __int128;
    const u128 product = static_cast<u128>(a ^ secret_word(secret)) * (b ^ secret_word(secret + 1));
    return static_cast<u64>(product) ^ static_cast<u64>(product >> 64);
}

[[nodiscard]] constexpr u64 avalanche(u64 sum) {
    sum ^= sum >> 37;
    sum *= AVALANCHE_PRIME;
    return sum ^ sum >> 32;
}

} // namespace xxh3

[[nodiscard]] constexpr u64 xxh3_64_of(const u64 (&words)[4]) {
    return xxh3::avalanche(32 * xxh3::PRIME + xxh3::mix(words[0], words[1], 0) +
                           xxh3::mix(words[2], words[3], 2));
}
/// Of zero bytes: what a task without an output results in.
inline constexpr u64 XXH3_64_OF_32_ZEROS = xxh3_64_of({0, 0, 0, 0});

[[nodiscard]] constexpr u64 xxh3_64_of(const u64 (&words)[8]) {
    return xxh3::avalanche(64 * xxh3::PRIME + xxh3::mix(words[2], words[3], 4) +
                           xxh3::mix(words[4], words[5], 6) + xxh3::mix(words[0], words[1], 0) +
                           xxh3::mix(words[6], words[7], 2));
}

// As `xxhsum -H3` prints them of the bytes: zeros, and words that count up.
static_assert(XXH3_64_OF_32_ZEROS == 0xA057'271C'9071'C99D);
static_assert(xxh3_64_of({0, 0, 0, 0, 0, 0, 0, 0}) == 0x2FFB'6918'C12C'256E);
static_assert(xxh3_64_of({0, 1, 2, 3}) == 0x2E81'A9D8'A2D0'98EA);
static_assert(xxh3_64_of({0, 1, 2, 3, 4, 5, 6, 7}) == 0x185D'A3E0'1D77'DFC0);

} // namespace knhk
