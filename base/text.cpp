// SPDX-License-Identifier: MIT
#include "base/text.hpp"

namespace knhk {

TextLine& TextLine::text(std::string_view part) {
    for (const char c : part) {
        if (used_ < CAPACITY) {
            buffer_[used_++] = c;
        }
    }
    return *this;
}

TextLine& TextLine::number(u64 value) {
    char digits[20];
    std::size_t count = 0;
    do {
        digits[count++] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (count > 0) {
        text({&digits[--count], 1});
    }
    return *this;
}

TextLine& TextLine::hex(u64 value, u32 digits_min) {
    static constexpr char DIGITS[] = "0123456789abcdef";
    u32 digits = 1;
    while (digits < 16 && (value >> (4 * digits)) != 0) {
        ++digits;
    }
    constexpr u32 DIGITS_MAX = 16;
    digits_min = digits_min < DIGITS_MAX ? digits_min : DIGITS_MAX;
    digits = digits < digits_min ? digits_min : digits;
    for (u32 i = digits; i > 0; --i) {
        text({&DIGITS[(value >> (4 * (i - 1))) & 15], 1});
    }
    return *this;
}

TextLine& TextLine::digest(const Digest& value) {
    char digits[DIGEST_TEXT_CHARS];
    write_hex(value, digits);
    return text({digits, sizeof digits});
}

namespace {

Result<u64> digit_of(char c, u64 base) {
    u64 digit = 16;
    if (c >= '0' && c <= '9') {
        digit = static_cast<u64>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<u64>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<u64>(c - 'A') + 10;
    }
    if (digit >= base) {
        return fail(Error::BadNumber);
    }
    return digit;
}

bool is_short_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

} // namespace

bool is_short_name(std::span<const char> name) {
    std::size_t size = 0;
    while (size < name.size() && is_short_name_char(name[size])) {
        ++size;
    }
    bool ends = size > 0 && size < name.size();
    for (const char c : name.subspan(size)) {
        ends = ends && c == 0;
    }
    return ends;
}

Result<u64> parse_number(std::string_view text) {
    u64 base = 10;
    if (text.starts_with("0x")) {
        base = 16;
        text.remove_prefix(2);
    }
    if (text.empty()) {
        return fail(Error::BadNumber);
    }
    u64 value = 0;
    for (const char c : text) {
        const Result<u64> digit = digit_of(c, base);
        if (!digit) {
            return digit;
        }
        if (value > (~u64{0} - *digit) / base) {
            return fail(Error::OutOfRange);
        }
        value = value * base + *digit;
    }
    return value;
}

std::string_view next_word(std::string_view& rest) {
    static constexpr std::string_view BLANKS = " \t\r\n";
    const std::size_t begin = rest.find_first_not_of(BLANKS);
    if (begin == std::string_view::npos) {
        rest = {};
        return {};
    }
    rest.remove_prefix(begin);
    const std::size_t end = rest.find_first_of(BLANKS);
    const std::string_view word(rest.data(), end < rest.size() ? end : rest.size());
    rest.remove_prefix(word.size());
    return word;
}

KeyValue split_word(std::string_view word) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) {
        return {word, {}};
    }
    // Not substr: it could throw, and nothing here may.
    std::string_view value = word;
    value.remove_prefix(equals + 1);
    word.remove_suffix(word.size() - equals);
    return {word, value};
}

} // namespace knhk
