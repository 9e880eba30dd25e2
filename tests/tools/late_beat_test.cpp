// SPDX-License-Identifier: MIT
// What an image says of a beat that took too long, and what the operator is told.
#include "tools/run/late_beat.hpp"

#include <gtest/gtest.h>

#include "tests/tools/json_of.hpp"

namespace knhk::tools {
namespace {

const std::string LINE = "knhk: beat limit: beat 17 on core 3 for more than 2.5 s: task 4711, "
                         "handler 256 (a name) at 0x40012345";

TEST(LateTaskTest, line_is_read) {
    const auto late = parse_late_task(LINE);
    ASSERT_TRUE(late);
    EXPECT_EQ(late->beat, 17u);
    EXPECT_EQ(late->core, 3u);
    EXPECT_EQ(late->limit_ms, 2500u);
    EXPECT_EQ(late->task, 4711u);
    EXPECT_EQ(late->handler, 256u);
    EXPECT_EQ(late->handler_name, "a name");
    EXPECT_EQ(late->address, 0x40012345u);
    EXPECT_EQ(late->symbol, "");
}

TEST(LateTaskTest, line_that_is_cut_anywhere_is_none_or_another_address) {
    const std::size_t at = LINE.find("0x");
    for (std::size_t size = 0; size < LINE.size(); ++size) {
        const auto late = parse_late_task(LINE.substr(0, size));
        EXPECT_EQ(late.has_value(), size > at && size != at + 2) << LINE.substr(0, size);
    }
}

TEST(LateTaskTest, line_with_a_number_that_is_none_or_too_large_is_none) {
    const auto with = [](const std::string& part, const std::string& by) {
        std::string line = LINE;
        return parse_late_task(line.replace(line.find(part), part.size(), by));
    };
    EXPECT_TRUE(with("17", "18446744073709551615"));
    EXPECT_FALSE(with("17", "18446744073709551616"));
    EXPECT_FALSE(with("17", "x"));
    EXPECT_FALSE(with("core 3", "core 4294967296"));
    EXPECT_FALSE(with("core 3", "core "));
    EXPECT_FALSE(with("2.5 s", "0 s"));
    EXPECT_FALSE(with("4711", "-1"));
    EXPECT_FALSE(with("256", "4294967297"));
    EXPECT_FALSE(with("0x40012345", "0x"));
    EXPECT_FALSE(with("0x40012345", "0x40012345 and more"));
    EXPECT_FALSE(with("knhk: ", " knhk: "));
}

TEST(LateTaskTest, handler_may_be_called_anything) {
    for (const std::string name : {"", ") at 0x1", "(", "a (b) at 0x2 c"}) {
        std::string line = LINE;
        line.replace(line.find("a name"), 6, name);
        const auto late = parse_late_task(line);
        ASSERT_TRUE(late) << line;
        EXPECT_EQ(late->handler_name, name);
        EXPECT_EQ(late->address, 0x40012345u);
    }
}

std::optional<std::string> name_all(u64) {
    return "f(int)";
}
std::optional<std::string> name_none(u64) {
    return std::nullopt;
}

TEST(BeatTooLongTest, failure_names_the_function_if_the_image_does) {
    const BeatTooLong named = BeatTooLong::from({LINE}, name_all);
    EXPECT_EQ(named.status(), ExitStatus::BeatTooLong);
    EXPECT_STREQ(named.what(),
                 "beat 17 on core 3 took more than 2.5 s: task 4711, handler 256 (a name), f(int): "
                 "mend the handler, or give a longer --beat-limit");
    for (const FunctionNames& nobody : {FunctionNames(name_none), FunctionNames()}) {
        const BeatTooLong bare = BeatTooLong::from({LINE}, nobody);
        EXPECT_STREQ(bare.what(),
                     "beat 17 on core 3 took more than 2.5 s: task 4711, handler 256 (a name): "
                     "mend the handler, or give a longer --beat-limit");
        EXPECT_TRUE(test::json_of(bare)["late_tasks"][0]["symbol"].is_null());
    }
}

TEST(BeatTooLongTest, every_task_is_named) {
    std::string second = LINE;
    second.replace(second.find("core 3"), 6, "core 5");
    const BeatTooLong failure = BeatTooLong::from({LINE, second}, name_all);
    ASSERT_EQ(failure.tasks().size(), 2u);
    EXPECT_EQ(failure.tasks()[1].core, 5u);
    const std::string text = failure.what();
    EXPECT_LT(text.find("core 3"), text.find("core 5"));
    EXPECT_NE(text.find("core 5"), std::string::npos);
}

TEST(BeatTooLongTest, line_without_a_task_is_passed_on) {
    const BeatTooLong failure = BeatTooLong::from(
        {"knhk: beat limit: beat 5 for more than 2 s: no worker is in a task"}, name_all);
    EXPECT_TRUE(failure.tasks().empty());
    EXPECT_EQ(std::string(failure.what()).find("beat limit: beat 5 for more than 2 s: no worker"),
              0u);
    EXPECT_EQ(test::json_of(failure)["late_tasks"].size(), 0u);
}

TEST(BeatTooLongTest, json_has_all_that_is_known) {
    const auto object = test::json_of(BeatTooLong::from({LINE}, name_all));
    EXPECT_EQ(object["exit_status"], 5);
    EXPECT_NE(object["error"].get<std::string>().find("task 4711"), std::string::npos);
    const auto& late = object["late_tasks"][0];
    EXPECT_EQ(late["beat"], 17);
    EXPECT_EQ(late["core"], 3);
    EXPECT_EQ(late["limit_ms"], 2500);
    EXPECT_EQ(late["task"], 4711);
    EXPECT_EQ(late["handler"], 256);
    EXPECT_EQ(late["handler_name"], "a name");
    EXPECT_EQ(late["address"], 0x40012345);
    EXPECT_EQ(late["symbol"], "f(int)");
}

} // namespace
} // namespace knhk::tools
