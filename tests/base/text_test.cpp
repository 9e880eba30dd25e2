// SPDX-License-Identifier: MIT
// Lines in a fixed buffer, and the parsing of numbers and words.
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace knhk {
namespace {

constexpr std::size_t LINE_CAPACITY = 512;

std::string number_text(u64 value) {
    return std::string(TextLine().number(value).view());
}

std::string hex_text(u64 value, u32 digits_min = 1) {
    return std::string(TextLine().hex(value, digits_min).view());
}

TEST(TextLineTest, parts_follow_one_another) {
    TextLine line;
    line.text("a=").number(12).text(" b=0x").hex(0xAB).text("");
    EXPECT_EQ(line.view(), "a=12 b=0xab");
}

TEST(TextLineTest, new_line_is_empty) {
    EXPECT_EQ(TextLine().view(), "");
}

TEST(TextLineTest, text_beyond_capacity_is_cut) {
    const std::string exact(LINE_CAPACITY, 'x');
    EXPECT_EQ(TextLine().text(exact).view(), exact);
    EXPECT_EQ(TextLine().text(exact + "yz").view(), exact);
    EXPECT_EQ(TextLine().text(exact).text("y").number(7).view(), exact);
}

TEST(TextLineTest, number_at_the_end_of_the_line_is_cut) {
    const std::string nearly(LINE_CAPACITY - 2, 'x');
    EXPECT_EQ(TextLine().text(nearly).number(12345).view(), nearly + "12");
}

TEST(TextLineTest, numbers_are_decimal_without_leading_zeros) {
    for (const u64 value : {u64{0}, u64{9}, u64{10}, u64{99}, u64{100}, ~u64{0}, ~u64{0} - 5}) {
        EXPECT_EQ(number_text(value), std::to_string(value));
    }
}

TEST(TextLineTest, hex_has_as_many_digits_as_needed_or_asked_for) {
    EXPECT_EQ(hex_text(0), "0");
    EXPECT_EQ(hex_text(0xF), "f");
    EXPECT_EQ(hex_text(0x10), "10");
    EXPECT_EQ(hex_text(0x10, 4), "0010");
    EXPECT_EQ(hex_text(0x12345, 4), "12345");
    EXPECT_EQ(hex_text(0, 16), "0000000000000000");
    EXPECT_EQ(hex_text(~u64{0}), "ffffffffffffffff");
    EXPECT_EQ(hex_text(0x0123'4567'89AB'CDEF, 16), "0123456789abcdef");
}

TEST(TextLineTest, digest_is_32_digits_with_the_high_word_first) {
    const Digest digest{0x0011'2233'4455'6677, 0x8899'AABB'CCDD'EEFF};
    EXPECT_EQ(TextLine().digest(digest).view(), "8899aabbccddeeff0011223344556677");
}

void expect_number(std::string_view text, u64 value) {
    const Result<u64> parsed = parse_number(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(*parsed, value) << text;
}

void expect_refused(std::string_view text, Error error) {
    const Result<u64> parsed = parse_number(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error(), error) << text;
}

TEST(ParseNumberTest, decimal_and_hexadecimal_are_read) {
    expect_number("0", 0);
    expect_number("0000123", 123);
    expect_number("0x0", 0);
    expect_number("0xff", 255);
    expect_number("0xFf09", 0xFF09);
}

TEST(ParseNumberTest, largest_value_is_read) {
    expect_number("18446744073709551615", ~u64{0});
    expect_number("0xffffffffffffffff", ~u64{0});
    expect_number("0x000ffffffffffffffff", ~u64{0});
}

TEST(ParseNumberTest, one_more_is_out_of_range) {
    expect_refused("18446744073709551616", Error::OutOfRange);
    expect_refused("18446744073709551620", Error::OutOfRange);
    expect_refused("184467440737095516150", Error::OutOfRange);
    expect_refused("0x10000000000000000", Error::OutOfRange);
    expect_refused(std::string(1000, '9'), Error::OutOfRange);
}

TEST(ParseNumberTest, anything_else_is_not_a_number) {
    for (const std::string_view text :
         {"",  "x",   "0x",   "1x",  "-1",    "+1", " 1", "1 ",  "1.0", "1e3",
          "a", "0xg", "0x-1", "0X1", "1_000", "/",  ":",  "0x@", "0xG", "0x`"}) {
        expect_refused(text, Error::BadNumber);
    }
    expect_refused(std::string_view("1\0", 2), Error::BadNumber);
}

std::vector<std::string> words_of(std::string_view rest) {
    std::vector<std::string> words;
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
        words.emplace_back(word);
    }
    EXPECT_TRUE(rest.empty());
    return words;
}

TEST(NextWordTest, words_are_separated_by_any_number_of_blanks) {
    const std::vector<std::string> words{"a=1", "b", "c=d=e"};
    EXPECT_EQ(words_of("a=1 b c=d=e"), words);
    EXPECT_EQ(words_of(" \t\r\na=1\t\tb \n\r c=d=e\n"), words);
}

TEST(NextWordTest, blank_text_has_no_words) {
    EXPECT_TRUE(words_of("").empty());
    EXPECT_TRUE(words_of(" \n\t ").empty());
}

TEST(SplitWordTest, first_equals_sign_divides) {
    EXPECT_EQ(split_word("key=value").key, "key");
    EXPECT_EQ(split_word("key=value").value, "value");
    EXPECT_EQ(split_word("a=b=c").key, "a");
    EXPECT_EQ(split_word("a=b=c").value, "b=c");
}

TEST(SplitWordTest, missing_parts_are_empty) {
    EXPECT_EQ(split_word("key").key, "key");
    EXPECT_EQ(split_word("key").value, "");
    EXPECT_EQ(split_word("key=").value, "");
    EXPECT_EQ(split_word("=value").key, "");
    EXPECT_EQ(split_word("").key, "");
}

TEST(ShortName, is_letters_digits_dots_lines_and_dashes_with_zeros_behind_them) {
    const auto is_name = [](std::string_view text) {
        char field[8] = {};
        text.copy(field, sizeof field);
        return is_short_name(field);
    };
    EXPECT_TRUE(is_name("a"));
    EXPECT_TRUE(is_name("Zz09._-"));
    EXPECT_FALSE(is_name(""));
    EXPECT_FALSE(is_name("12345678")) << "no zero behind it";
    for (const std::string_view wrong : {"a b", "a/b", "a\n", "\xe4", "a@", "[a", "a{"}) {
        EXPECT_FALSE(is_name(wrong)) << wrong;
    }
    EXPECT_FALSE(is_name(std::string_view("a\0b", 3)));
    EXPECT_FALSE(is_name(std::string_view("\0a", 2)));
}

} // namespace
} // namespace knhk
