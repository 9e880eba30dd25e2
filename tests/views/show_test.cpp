// SPDX-License-Identifier: MIT
// What `knhk show` prints of logs that are known, row by row.
#include "tools/views/show.hpp"

#include <gtest/gtest.h>

#include "tests/support/command.hpp"
#include "tests/tools/log_builder.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {
namespace {

using test::Folder;
using test::LogBuilder;

std::string shown(const std::string& bytes, const ShowOptions& options) {
    const Folder folder;
    LogReader log = test::reader_of(bytes);
    ByteSink out = ByteSink::into_file(folder.file("out"), folder.file("log"));
    show_log(options, log, out);
    return test::read_file(folder.file("out"));
}

std::vector<nlohmann::json> rows(const LogBuilder& log, ShowOptions options) {
    options.json = true;
    std::vector<nlohmann::json> objects;
    for (const std::string& line : test::lines_of(shown(log.bytes(), options))) {
        objects.push_back(nlohmann::json::parse(line));
    }
    return objects;
}

TEST(Show, events_stand_in_canonical_order_with_their_ordinals) {
    const auto events = rows(LogBuilder(), {});
    ASSERT_EQ(events.size(), 11);
    for (std::size_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i]["event"], i);
    }
    EXPECT_EQ(events[3]["core"], 1); // time 4 on cores 1 and 3
    EXPECT_EQ(events[4]["core"], 3);
    EXPECT_EQ(events[4]["kind"], "TaskExecuted");
    EXPECT_EQ(events[4]["status"], "QueueFull");
    EXPECT_EQ(events[4]["ticks"], 4);
    EXPECT_EQ(events[4]["hash"], "0000000000000009");
    EXPECT_EQ(events[3]["status"], nullptr);
    EXPECT_EQ(events[10]["beat"], 5);
}

TEST(Show, text_has_a_heading_and_a_line_for_each_event) {
    const auto lines = test::lines_of(shown(LogBuilder().bytes(), {}));
    ASSERT_EQ(lines.size(), 12);
    EXPECT_NE(lines[0].find("timestamp"), std::string::npos);
    EXPECT_EQ(lines[2],
              "         1         0            2    0  TaskExecuted                    16 "
              "0000000000000005      3  Ok");
}

TEST(Show, theft_names_its_victim) {
    LogBuilder log;
    log.beats = {{0, 0, {{2, {{1, 9, 8, 3, 2, 5, 1}}}}}};
    EXPECT_EQ(rows(log, {})[0]["victim"], 3);
    EXPECT_NE(shown(log.bytes(), {}).find("Normal from core 3"), std::string::npos);
}

TEST(Show, filters_have_to_hold_all_and_ordinals_stay_those_of_the_log) {
    ShowOptions options;
    options.filter.core = 1;
    options.filter.add_kind("TaskExecuted");
    options.filter.add_kind("TaskEnqueued");
    options.beats = {5, 9};
    const auto events = rows(LogBuilder(), options);
    ASSERT_EQ(events.size(), 2);
    EXPECT_EQ(events[0]["event"], 9);
    EXPECT_EQ(events[1]["event"], 10);
}

TEST(Show, status_is_that_of_tasks_or_a_level) {
    ShowOptions options;
    options.filter.add_status("Low");
    options.filter.add_status("InvalidTask");
    const auto events = rows(LogBuilder(), options);
    ASSERT_EQ(events.size(), 2);
    EXPECT_EQ(events[0]["kind"], "TaskEnqueued");
    EXPECT_EQ(events[1]["status"], "InvalidTask");
}

TEST(Show, task_and_limit_choose_rows) {
    ShowOptions options;
    options.filter.task_id = 0x10;
    EXPECT_EQ(rows(LogBuilder(), options).size(), 2);
    options.limit = 1;
    EXPECT_EQ(rows(LogBuilder(), options).size(), 1);
}

TEST(Show, nothing_asked_for_wants_events_of_every_kind) {
    for (u8 kind = 1; kind < KINDS_END; ++kind) {
        EXPECT_TRUE(EventFilter().wants({.kind = kind})) << int{kind};
    }
    EXPECT_FALSE(EventFilter().wants({.kind = KINDS_END}));
}

TEST(Show, first_beat_alone_can_be_shown) {
    ShowOptions options;
    options.beats = {0, 0};
    EXPECT_EQ(rows(LogBuilder(), options).size(), 3);
}

TEST(Show, unknown_names_are_refused) {
    EventFilter filter;
    EXPECT_THROW(filter.add_kind("TaskExploded"), Failure);
    EXPECT_THROW(filter.add_kind(""), Failure);
    EXPECT_THROW(filter.add_status("Fine"), Failure);
    EXPECT_THROW(static_cast<void>(parse_beat_range("9-3")), Failure);
    EXPECT_THROW(static_cast<void>(parse_beat_range("1-")), Failure);
}

TEST(Show, beats_inputs_and_epochs_stand_where_they_belong) {
    ShowOptions options;
    options.show_beats = options.show_inputs = options.show_epochs = true;
    std::string order;
    const LogBuilder log = LogBuilder::of_three_epochs();
    const auto objects = rows(log, options);
    for (const auto& object : objects) {
        order += object["record"].get<std::string>().substr(0, 1);
    }
    EXPECT_EQ(order, "bbiibebebie");
    EXPECT_EQ(objects[3]["time"], 77);
    EXPECT_EQ(objects[2]["time"], nullptr);
    EXPECT_EQ(objects[2]["task_id"], 0x11);
    EXPECT_EQ(objects[2]["task"].get<std::string>().size(), 128);
}

TEST(Show, epochs_are_the_leaves_of_the_lockchain) {
    ShowOptions options;
    options.show_epochs = true;
    const auto log = LogBuilder::of_three_epochs();
    const auto leaves = log.build().leaves;
    const auto epochs = rows(log, options);
    ASSERT_EQ(epochs.size(), leaves.size());
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        std::string hex;
        for (const char c : leaves[i]) {
            hex += fmt::format("{:02x}", static_cast<u8>(c));
        }
        EXPECT_EQ(epochs[i]["leaf"], hex);
    }
}

TEST(Show, log_without_events_shows_its_beats) {
    LogBuilder log;
    log.level = 0;
    const auto objects = rows(log, {});
    ASSERT_EQ(objects.size(), 3);
    EXPECT_EQ(objects[1]["record"], "beat");
    EXPECT_EQ(objects[1]["events"], 5);
}

TEST(Show, damaged_log_fails_after_what_could_be_read) {
    const test::BuiltLog built = LogBuilder().build();
    std::string bytes = built.bytes;
    bytes[built.block_at[1] + 9] ^= 1;
    const Folder folder;
    LogReader log = test::reader_of(bytes);
    ByteSink out = ByteSink::into_file(folder.file("out"), folder.file("log"));
    EXPECT_THROW(show_log({}, log, out), Failure);
    EXPECT_EQ(test::lines_of(test::read_file(folder.file("out"))).size(), 4);
}

TEST(Show, output_may_not_be_the_log) {
    const Folder folder;
    test::write_file(folder.file("log"), "precious");
    EXPECT_THROW(ByteSink::into_file(folder.file("log"), folder.file("log")), Failure);
    EXPECT_EQ(test::read_file(folder.file("log")), "precious");
}

} // namespace
} // namespace knhk::tools
