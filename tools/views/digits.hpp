// SPDX-License-Identifier: MIT
// Numbers as text, written in place and without a check for room: what prints millions of events a
// second is made of these. Each returns the end of what it wrote.
#pragma once

#include <cstring>
#include <string_view>

#include "base/types.hpp"

namespace knhk::tools {

inline constexpr std::size_t DECIMAL_CHARS_MAX = 20; ///< of a u64
inline constexpr std::size_t HEX_CHARS = 16;         ///< of a u64, leading zeros included

inline char* write_text(char* to, std::string_view text) {
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
}

/// Two digits a step, from the end.
inline char* write_decimal(char* to, u64 value) {
    static constexpr char PAIRS[] = "00010203040506070809101112131415161718192021222324252627282930"
                                    "31323334353637383940414243444546474849505152535455565758596061"
                                    "62636465666768697071727374757677787980818283848586878889909192"
                                    "93949596979899";
    char digits[DECIMAL_CHARS_MAX];
    char* begin = digits + sizeof digits;
    while (value >= 100) {
        begin -= 2;
        std::memcpy(begin, PAIRS + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10) {
        begin -= 2;
        std::memcpy(begin, PAIRS + 2 * value, 2);
    } else {
        *--begin = static_cast<char>('0' + value);
    }
    const auto count = static_cast<std::size_t>(digits + sizeof digits - begin);
    std::memcpy(to, begin, count);
    return to + count;
}

/// Right-aligned; a longer number takes the room that it needs.
inline char* write_column(char* to, u64 value, std::size_t width) {
    char digits[DECIMAL_CHARS_MAX];
    const auto count = static_cast<std::size_t>(write_decimal(digits, value) - digits);
    if (count < width) {
        std::memset(to, ' ', width - count);
        to += width - count;
    }
    std::memcpy(to, digits, count);
    return to + count;
}

/// Left-aligned.
inline char* write_column(char* to, std::string_view text, std::size_t width) {
    char* const end = write_text(to, text);
    if (text.size() >= width) {
        return end;
    }
    std::memset(end, ' ', width - text.size());
    return to + width;
}

inline char* write_hex(char* to, u64 value) {
    static constexpr char DIGITS[] = "0123456789abcdef";
    for (std::size_t i = 0; i < HEX_CHARS; ++i) {
        to[i] = DIGITS[value >> (60 - 4 * i) & 15];
    }
    return to + HEX_CHARS;
}

} // namespace knhk::tools
