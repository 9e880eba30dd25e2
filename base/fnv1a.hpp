// SPDX-License-Identifier: MIT
// FNV-1a in 64 bits: the hash of short names, at compile time as well.
#pragma once

#include <string_view>

#include "base/types.hpp"

namespace knhk {

inline constexpr u64 FNV1A_OFFSET = 0xCBF2'9CE4'8422'2325;
inline constexpr u64 FNV1A_PRIME = 0x0000'0100'0000'01B3;

[[nodiscard]] constexpr u64 fnv1a_64(std::string_view text) {
    u64 hash = FNV1A_OFFSET;
    for (const char c : text) {
        hash = (hash ^ static_cast<u8>(c)) * FNV1A_PRIME;
    }
    return hash;
}

// Of the test vectors that its authors publish.
static_assert(fnv1a_64("") == 0xCBF2'9CE4'8422'2325);
static_assert(fnv1a_64("a") == 0xAF63'DC4C'8601'EC8C);
static_assert(fnv1a_64("foobar") == 0x8594'4171'F739'67E8);

} // namespace knhk
