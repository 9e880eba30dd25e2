// SPDX-License-Identifier: MIT
// The JSON reader: what it makes of good text, and the one line that it says of every other.
#include "tools/workload/json.hpp"

#include <gtest/gtest.h>

#include "tools/host/failure.hpp"

namespace knhk::tools {
namespace {

using Kind = JsonValue::Kind;

/// What is said of a text; "" when it is read.
std::string complaint_about(std::string_view text) {
    try {
        static_cast<void>(parse_json(text, "f.json"));
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        return failure.what();
    }
    return "";
}

/// The decoded string of a text that is one.
std::string string_in(std::string_view text) {
    const JsonValue value = parse_json(text, "f.json");
    EXPECT_EQ(value.kind, Kind::String);
    return value.text;
}

TEST(JsonTest, values_of_every_kind_are_read) {
    const JsonValue value = parse_json(R"( {"a": [1, -2.5e+3, "x"], "b": null,
        "c": true, "d": false, "e": {}, "f": []} )",
                                       "f.json");
    ASSERT_EQ(value.kind, Kind::Object);
    EXPECT_EQ(value.names, (std::vector<std::string>{"a", "b", "c", "d", "e", "f"}));
    ASSERT_EQ(value.items.size(), 6u);
    ASSERT_EQ(value.items[0].items.size(), 3u);
    EXPECT_EQ(value.items[0].items[0].text, "1");
    EXPECT_EQ(value.items[0].items[1].text, "-2.5e+3");
    EXPECT_EQ(value.items[0].items[2].text, "x");
    EXPECT_EQ(value.items[1].kind, Kind::Null);
    EXPECT_EQ(value.items[2].kind, Kind::True);
    EXPECT_EQ(value.items[3].kind, Kind::False);
    EXPECT_EQ(value.items[4].kind, Kind::Object);
    EXPECT_EQ(value.items[5].kind, Kind::Array);
}

TEST(JsonTest, lines_are_those_where_values_begin) {
    const JsonValue value = parse_json("\n{\"a\":\r\n1,\n\"b\": [\n\n2]}", "f.json");
    EXPECT_EQ(value.line, 2u);
    EXPECT_EQ(value.items[0].line, 3u);
    EXPECT_EQ(value.items[1].line, 4u);
    EXPECT_EQ(value.items[1].items[0].line, 6u);
}

TEST(JsonTest, strings_are_decoded_and_utf_8_is_passed_through) {
    EXPECT_EQ(string_in(R"("a\"\\\/\b\f\n\r\tz")"), "a\"\\/\b\f\n\r\tz");
    EXPECT_EQ(string_in("\"\xc3\xa4\xf0\x9f\x98\x80\""), "\xc3\xa4\xf0\x9f\x98\x80");
    EXPECT_EQ(string_in(R"("\u0041\u00e4\u20AC")"), "A\xc3\xa4\xe2\x82\xac");
    EXPECT_EQ(string_in(R"("\ud83d\ude00")"), "\xf0\x9f\x98\x80");
    EXPECT_EQ(string_in(R"("\u0000")"), std::string(1, '\0'));
}

TEST(JsonTest, names_that_are_there_twice_are_kept_for_who_reads_them) {
    EXPECT_EQ(parse_json(R"({"a": 1, "a": 2})", "f.json").names.size(), 2u);
}

struct Complaint {
    const char* text;
    const char* says;
};

const Complaint COMPLAINTS[] = {
    {"", "f.json:1: the end of the file where a value belongs"},
    {"\n\n", "f.json:3: the end of the file where a value belongs"},
    {"x", "f.json:1: 'x' where a value belongs"},
    {"1 2", "f.json:1: '2' behind the end of the value"},
    {"[1,]", "f.json:1: [1]: ']' where a value belongs"},
    {"[1 2]", "f.json:1: [0]: '2' where ',' or ']' belongs"},
    {"[1", "f.json:1: [0]: the end of the file where ',' or ']' belongs"},
    {"{\"a\" 1}", "f.json:1: a: '1' where ':' belongs"},
    {"{\"a\": {\"b\": [0,\n1;]}}", "f.json:2: a.b[1]: ';' where ',' or ']' belongs"},
    {"{a: 1}", "f.json:1: 'a' where the name of a field belongs"},
    {"{\"a\": 1,}", "f.json:1: '}' where the name of a field belongs"},
    {"{\"a\": 1 \"b\"", "f.json:1: a: '\"' where ',' or '}' belongs"},
    {"\"a", "f.json:1: a string does not end on its line"},
    {"\"a\nb\"", "f.json:1: a string does not end on its line"},
    {"\"\\x\"", "f.json:1: 'x' behind a backslash"},
    {"\"\\", "f.json:1: the end of the file behind a backslash"},
    {"\"\\u12g4\"", "f.json:1: \\u needs four hexadecimal digits"},
    {"\"\\u12", "f.json:1: \\u needs four hexadecimal digits"},
    {R"("\ud800")", "f.json:1: half of a character behind \\u"},
    {R"("\ud800\u0041")", "f.json:1: half of a character behind \\u"},
    {R"("\udc00")", "f.json:1: half of a character behind \\u"},
    {"01", "f.json:1: a number begins with 0: leave it out"},
    {"-", "f.json:1: the end of the file where a digit belongs"},
    {"1.", "f.json:1: the end of the file where a digit belongs"},
    {"1e+", "f.json:1: the end of the file where a digit belongs"},
    {"tru", "f.json:1: 't' where a value belongs"},
    {"truee", "f.json:1: 'e' behind the end of the value"},
    {"/* no */ 1", "f.json:1: '/' where a value belongs"},
    {"\x01", "f.json:1: '?' where a value belongs"},
};

TEST(JsonTest, every_fault_is_told_with_its_line_and_path) {
    for (const Complaint& complaint : COMPLAINTS) {
        EXPECT_EQ(complaint_about(complaint.text), complaint.says) << complaint.text;
    }
}

TEST(JsonTest, depth_is_taken_up_to_its_bound) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_EQ(complaint_about(nested(32)), "");
    EXPECT_NE(complaint_about(nested(33)).find("more than 32 values inside each other"),
              std::string::npos);
    EXPECT_NE(complaint_about(std::string(10'000'000, '[')), "");
}

TEST(JsonTest, number_of_values_has_a_bound) {
    std::string text = "[0";
    for (u32 i = 2; i < JSON_VALUES_MAX; ++i) {
        text += ",0";
    }
    EXPECT_EQ(complaint_about(text + "]"), "");
    EXPECT_NE(complaint_about(text + ",0]").find("more than 2097152 values"), std::string::npos);
}

TEST(JsonTest, size_has_a_bound) {
    std::string text(JSON_BYTES_MAX, ' ');
    text[0] = '1';
    EXPECT_EQ(complaint_about(text), "");
    EXPECT_EQ(complaint_about(text + " "), "f.json:1: the file is larger than 64 MiB");
}

TEST(JsonTest, long_and_wild_names_reach_no_message_whole) {
    const std::string name(100'000, 'n');
    EXPECT_LT(complaint_about("{\"" + name + "\": ?}").size(), 200u);
    EXPECT_EQ(complaint_about("{\"a\\u001b[m\": ?}").find('\x1b'), std::string::npos);
}

} // namespace
} // namespace knhk::tools
