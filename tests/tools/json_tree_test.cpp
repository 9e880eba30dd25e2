// SPDX-License-Identifier: MIT
#include "tools/host/json_tree.hpp"

#include <gtest/gtest.h>

namespace knhk::tools {
namespace {

TEST(JsonTree, members_are_written_in_the_order_in_which_they_came) {
    Json object;
    object["z"] = 1;
    object["a"] = {{"text", "b"}, {"list", std::vector<u64>{1, 2}}, {"nothing", nullptr}};
    object["z"] = true;
    EXPECT_EQ(object.text(), R"({"z":true,"a":{"text":"b","list":[1,2],"nothing":null}})");
}

TEST(JsonTree, every_kind_of_value_is_written_as_what_it_is) {
    EXPECT_EQ(Json().text(), "null");
    EXPECT_EQ(Json(false).text(), "false");
    EXPECT_EQ(Json(~u64{0}).text(), "18446744073709551615");
    EXPECT_EQ(Json(1.0).text(), "1.0");
    EXPECT_EQ(Json(0.25).text(), "0.25");
    EXPECT_EQ(Json(std::string_view("a")).text(), "\"a\"");
    EXPECT_EQ(Json::array().text(), "[]");
    EXPECT_EQ(Json::object().text(), "{}");
    EXPECT_EQ(Json::from(std::optional<u64>()).text(), "null");
    EXPECT_EQ(Json::from(std::optional<u64>(3)).text(), "3");
}

TEST(JsonTree, items_are_appended_and_members_of_another_object_taken) {
    Json list = Json::array();
    list.push_back({{"a", 1}});
    list.push_back("b");
    EXPECT_EQ(list.text(), R"([{"a":1},"b"])");
    Json object = {{"a", 1}, {"b", 2}};
    object.update({{"b", 3}, {"c", 4}});
    EXPECT_EQ(object.text(), R"({"a":1,"b":3,"c":4})");
}

TEST(JsonTree, text_of_any_bytes_is_whole_json) {
    EXPECT_EQ(Json("\"\\\n\x01").text(), R"("\"\\\n\u0001")");
    EXPECT_EQ(Json("a\xff"
                   "b")
                  .text(),
              "\"a\xef\xbf\xbd"
              "b\"")
        << "not UTF-8";
}

TEST(JsonTree, indented_text_has_a_line_for_each_member) {
    const Json object = {{"a", Json{{"b", 1}}}};
    EXPECT_EQ(object.indented_text(2), "{\n  \"a\": {\n    \"b\": 1\n  }\n}");
}

} // namespace
} // namespace knhk::tools
