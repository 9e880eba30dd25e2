// SPDX-License-Identifier: MIT
#include "tools/workload/json.hpp"

#include <algorithm>

#include "tools/host/failure.hpp"

namespace knhk::tools {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// A code point as UTF-8.
void append_utf8(std::string& to, u32 code) {
    const auto put = [&to](u32 byte) { to.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        put(code);
        return;
    }
    if (code < 0x800) {
        put(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
    }
    put(0x80 | (code & 0x3F));
}

class Parser {
  public:
    Parser(std::string_view text, const std::string& file, u32 first_line)
        : text_(text), file_(file), line_(first_line) {}

    JsonValue parse() {
        if (text_.size() > JSON_BYTES_MAX) {
            fail("the file is larger than 64 MiB");
        }
        JsonValue value = parse_value(0);
        skip_blanks();
        if (at_ < text_.size()) {
            fail(fmt::format("{} behind the end of the value", found()));
        }
        return value;
    }

  private:
    [[noreturn]] void fail(const std::string& what) const {
        throw bad_input("{}:{}: {}{}{}", file_, line_, path_, path_.empty() ? "" : ": ", what);
    }
    /// What stands here, for a message.
    [[nodiscard]] std::string found() const {
        return at_ == text_.size() ? std::string("the end of the file")
                                   : fmt::format("'{}'", clipped(text_.substr(at_, 1)));
    }
    [[nodiscard]] bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
    bool take(char c) {
        const bool is_there = is_at(c);
        at_ += is_there ? 1 : 0;
        return is_there;
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                      text_[at_] == '\r' || text_[at_] == '\n')) {
            line_ += text_[at_] == '\n' ? 1 : 0;
            ++at_;
        }
    }

    JsonValue parse_value(u32 depth) {
        skip_blanks();
        if (++values_ > JSON_VALUES_MAX) {
            fail(fmt::format("more than {} values", JSON_VALUES_MAX));
        }
        JsonValue value;
        value.line = line_;
        if (is_at('{') || is_at('[')) {
            if (depth == JSON_DEPTH_MAX) {
                fail(fmt::format("more than {} values inside each other", JSON_DEPTH_MAX));
            }
            is_at('{') ? parse_object(value, depth + 1) : parse_array(value, depth + 1);
        } else if (is_at('"')) {
            value.kind = JsonValue::Kind::String;
            value.text = parse_string();
        } else if (at_ < text_.size() && (is_digit(text_[at_]) || is_at('-'))) {
            value.kind = JsonValue::Kind::Number;
            value.text = parse_number();
        } else {
            value.kind = parse_word();
        }
        return value;
    }

    void parse_array(JsonValue& value, u32 depth) {
        value.kind = JsonValue::Kind::Array;
        ++at_;
        const std::string outer = path_;
        skip_blanks();
        bool goes_on = !take(']');
        while (goes_on) {
            path_ = element_path(outer, value.items.size());
            value.items.push_back(parse_value(depth));
            goes_on = goes_on_behind_item(']');
        }
        path_ = outer;
    }

    void parse_object(JsonValue& value, u32 depth) {
        value.kind = JsonValue::Kind::Object;
        ++at_;
        const std::string outer = path_;
        skip_blanks();
        bool goes_on = !take('}');
        while (goes_on) {
            skip_blanks();
            if (!is_at('"')) {
                fail(fmt::format("{} where the name of a field belongs", found()));
            }
            value.names.push_back(parse_string());
            path_ = member_path(outer, value.names.back());
            skip_blanks();
            if (!take(':')) {
                fail(fmt::format("{} where ':' belongs", found()));
            }
            value.items.push_back(parse_value(depth));
            goes_on = goes_on_behind_item('}');
            path_ = outer;
        }
    }

    bool goes_on_behind_item(char end) {
        skip_blanks();
        if (take(end)) {
            return false;
        }
        if (!take(',')) {
            fail(fmt::format("{} where ',' or '{}' belongs", found(), end));
        }
        return true;
    }

    std::string parse_string() {
        std::string to;
        ++at_;
        while (!take('"')) {
            if (at_ == text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) {
                fail("a string does not end on its line");
            }
            if (take('\\')) {
                parse_escape(to);
            } else {
                to.push_back(text_[at_++]);
            }
        }
        return to;
    }

    void parse_escape(std::string& to) {
        static constexpr std::string_view ESCAPES = "\"\\/bfnrt";
        static constexpr std::string_view MEANINGS = "\"\\/\b\f\n\r\t";
        if (take('u')) {
            append_utf8(to, parse_code());
            return;
        }
        const std::size_t which =
            at_ < text_.size() ? ESCAPES.find(text_[at_]) : std::string_view::npos;
        if (which == std::string_view::npos) {
            fail(fmt::format("{} behind a backslash", found()));
        }
        to.push_back(MEANINGS[which]);
        ++at_;
    }

    /// What \u begins: a code point, perhaps in two halves.
    u32 parse_code() {
        const u32 first = parse_four_digits();
        if (first < 0xD800 || first > 0xDFFF) {
            return first;
        }
        const bool has_second = first < 0xDC00 && take('\\') && take('u');
        const u32 second = has_second ? parse_four_digits() : 0;
        if (second < 0xDC00 || second > 0xDFFF) {
            fail("half of a character behind \\u");
        }
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    }

    u32 parse_four_digits() {
        static constexpr std::string_view DIGITS = "0123456789abcdef";
        u32 code = 0;
        for (int i = 0; i < 4; ++i) {
            const char c = at_ < text_.size() ? text_[at_] : '\0';
            const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
            const std::size_t digit = DIGITS.find(lower);
            if (digit == std::string_view::npos) {
                fail("\\u needs four hexadecimal digits");
            }
            code = code << 4 | static_cast<u32>(digit);
            ++at_;
        }
        return code;
    }

    std::string parse_number() {
        const std::size_t begin = at_;
        take('-');
        const bool has_zero_in_front = is_at('0');
        const std::size_t digits = take_digits();
        if (has_zero_in_front && digits > 1) {
            fail("a number begins with 0: leave it out");
        }
        if (take('.')) {
            take_digits();
        }
        if (take('e') || take('E')) {
            static_cast<void>(take('+') || take('-'));
            take_digits();
        }
        return std::string(text_.substr(begin, at_ - begin));
    }

    std::size_t take_digits() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_digit(text_[at_])) {
            ++at_;
        }
        if (at_ == begin) {
            fail(fmt::format("{} where a digit belongs", found()));
        }
        return at_ - begin;
    }

    JsonValue::Kind parse_word() {
        struct Word {
            std::string_view text;
            JsonValue::Kind kind;
        };
        static constexpr Word WORDS[] = {{"true", JsonValue::Kind::True},
                                         {"false", JsonValue::Kind::False},
                                         {"null", JsonValue::Kind::Null}};
        for (const Word& word : WORDS) {
            if (text_.substr(at_).starts_with(word.text)) {
                at_ += word.text.size();
                return word.kind;
            }
        }
        fail(fmt::format("{} where a value belongs", found()));
    }

    std::string_view text_;
    const std::string& file_;
    std::size_t at_ = 0;
    u32 line_;
    u32 values_ = 0;
    std::string path_;
};

} // namespace

const char* name_of(JsonValue::Kind kind) {
    switch (kind) {
    case JsonValue::Kind::Null:
        return "null";
    case JsonValue::Kind::False:
        return "false";
    case JsonValue::Kind::True:
        return "true";
    case JsonValue::Kind::Number:
        return "a number";
    case JsonValue::Kind::String:
        return "a string";
    case JsonValue::Kind::Array:
        return "an array";
    case JsonValue::Kind::Object:
        break;
    }
    return "an object";
}

std::string clipped(std::string_view text) {
    constexpr std::size_t CHARS_MAX = 80;
    std::string shown(text.substr(0, CHARS_MAX));
    std::ranges::replace_if(shown, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return text.size() > CHARS_MAX ? shown + "..." : shown;
}

std::string member_path(const std::string& path, std::string_view name) {
    return path.empty() ? clipped(name) : fmt::format("{}.{}", path, clipped(name));
}

std::string element_path(const std::string& path, std::size_t index) {
    return fmt::format("{}[{}]", path, index);
}

JsonValue parse_json(std::string_view text, const std::string& file, u32 first_line) {
    return Parser(text, file, first_line).parse();
}

} // namespace knhk::tools
