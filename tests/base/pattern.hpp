// SPDX-License-Identifier: MIT
// Bytes for known-answer tests. Elsewhere they are made by
// python: bytes((i * 167 + (i >> 8) * 13 + 5) & 255 for i in range(n))
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace knhk::test {

inline std::vector<std::byte> pattern(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::byte>(i * 167 + (i >> 8) * 13 + 5);
    }
    return bytes;
}

inline std::string hex_text(std::span<const u8> bytes) {
    static constexpr char DIGITS[] = "0123456789abcdef";
    std::string text;
    for (const u8 byte : bytes) {
        text += DIGITS[byte >> 4];
        text += DIGITS[byte & 15];
    }
    return text;
}

} // namespace knhk::test
