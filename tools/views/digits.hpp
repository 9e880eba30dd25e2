// SPDX-License-Identifier: MIT
// Numbers as text, written in place and without a check for room: what prints millions of events a
// second is made of these. Each returns the end of what it wrote, and may leave up to 20 bytes
// more behind it: copies of a fixed size take no call.
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

/// The digits of a number behind blanks, to be copied from anywhere before their end.
class Digits {
  public:
    /// Two digits a step, from the end.
    explicit Digits(u64 value) {
        static constexpr char PAIRS[] = "0001020304050607080910111213141516171819202122232425262728"
                                        "293031323334353637383940414243"
                                        "4445464748495051525354555657585960616263646566676869707172"
                                        "737475767778798081828384858687"
                                        "888990919293949596979899";
        std::memset(text_, ' ', DECIMAL_CHARS_MAX);
        while (value >= 100) {
            begin_ -= 2;
            std::memcpy(text_ + begin_, PAIRS + 2 * (value % 100), 2);
            value /= 100;
        }
        if (value >= 10) {
            begin_ -= 2;
            std::memcpy(text_ + begin_, PAIRS + 2 * value, 2);
        } else {
            text_[--begin_] = static_cast<char>('0' + value);
        }
    }
    [[nodiscard]] std::size_t count() const { return END - begin_; }
    char* write_last(char* to, std::size_t count) const {
        std::memcpy(to, text_ + END - count, DECIMAL_CHARS_MAX);
        return to + count;
    }

  private:
    static constexpr std::size_t END = DECIMAL_CHARS_MAX;

    char text_[2 * DECIMAL_CHARS_MAX]; ///< the second half is read, and means nothing
    std::size_t begin_ = END;
};

inline char* write_decimal(char* to, u64 value) {
    const Digits digits(value);
    return digits.write_last(to, digits.count());
}

/// Right-aligned in at most 20 columns; a longer number takes the room that it needs.
inline char* write_column(char* to, u64 value, std::size_t width) {
    const Digits digits(value);
    return digits.write_last(to, digits.count() < width ? width : digits.count());
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
