// SPDX-License-Identifier: MIT
// Counts over logs that are known, and what is said where they are not.
#include "tools/views/stats.hpp"

#include <gtest/gtest.h>

#include "tests/tools/json_of.hpp"
#include "tests/tools/log_builder.hpp"
#include "tools/host/failure.hpp"
#include "tools/views/arrivals.hpp"

namespace knhk::tools {
namespace {

using test::LogBuilder;

LogStats stats(const std::string& bytes) {
    LogReader log = test::reader_of(bytes);
    return stats_of(log, true);
}

TEST(Stats, events_are_counted_by_kind_status_and_core) {
    const auto object = test::json_of(stats(LogBuilder().bytes()));
    EXPECT_EQ(object["events"], 11);
    EXPECT_EQ(object["events_by_kind"]["TaskExecuted"], 4);
    EXPECT_EQ(object["events_by_kind"]["StateChange"], 2);
    EXPECT_EQ(object["executed_by_status"]["EmitLimit"], 1);
    EXPECT_EQ(object["enqueued_by_level"]["Low"], 1);
    EXPECT_EQ(object["tasks_executed"], 4);
    EXPECT_EQ(object["unique_tasks"], 7);
    EXPECT_EQ(object["virtual_ticks"], 24);
    EXPECT_EQ(object["beats"], 3);
    EXPECT_EQ(object["beats_skipped"], 3);
    EXPECT_EQ(object["last_time"], 12);
    EXPECT_EQ(object["by_core"][3]["events"], 3);
    EXPECT_EQ(object["balance"]["events"]["min"], 0);
    EXPECT_EQ(object["balance"]["events"]["max"], 4);
}

TEST(Stats, only_external_inputs_are_not_deterministic) {
    const auto object = test::json_of(stats(LogBuilder().bytes()));
    EXPECT_EQ(object["non_deterministic_events"], 1);
    EXPECT_DOUBLE_EQ(object["determinism_ratio"].get<double>(), 10.0 / 11.0);
}

TEST(Stats, log_without_events_has_the_ratio_one) {
    LogBuilder log;
    log.beats.clear();
    EXPECT_EQ(stats(log.bytes()).determinism_ratio(), 1.0);
    log.level = 0;
    EXPECT_EQ(stats(log.bytes()).determinism_ratio(), 1.0);
}

TEST(Stats, below_full_what_only_events_tell_is_left_out) {
    LogBuilder log;
    log.level = 1;
    const auto object = test::json_of(stats(log.bytes()));
    EXPECT_EQ(object["events"], 11);
    EXPECT_EQ(object["determinism_ratio"], nullptr);
    EXPECT_FALSE(object.contains("unique_tasks"));
    EXPECT_NE(to_text(stats(log.bytes())).find("inputs"), std::string::npos);
}

TEST(Stats, deltas_and_commits_are_counted_by_their_rows) {
    constexpr u64 LANES_AND_ASSERTED = u64{9} << 32 | 5;
    LogBuilder log;
    log.beats = {
        {7, 0, {{0, {{11, 4, 1, 3, 0, 1, 4}, {12, 5, 1, 6, 0, 1, 4}, {13, 6, 1, 0, 0, 1}}}}},
        {8,
         20,
         {{0, {{21, LANES_AND_ASSERTED, 1, 2, 0, 7}}},
          {1, {{21, LANES_AND_ASSERTED, 1, 2, 1, 7}}}}}};
    const auto object = test::json_of(stats(log.bytes()));
    EXPECT_EQ(object["deltas"]["deltas"], 2);
    EXPECT_EQ(object["deltas"]["rows"], 9);
    EXPECT_EQ(object["deltas"]["receipts"], 4);
    EXPECT_EQ(object["deltas"]["lanes"], 18);
    EXPECT_EQ(object["deltas"]["asserted"], 10);
    EXPECT_EQ(object["unique_tasks"], 3) << "what a commit says in its place is no task";
    EXPECT_NE(to_text(stats(log.bytes())).find("4 receipts of 18 lanes, 10 rows asserted"),
              std::string::npos);
}

TEST(Stats, promotions_are_counted_by_decision_and_by_snapshot) {
    constexpr u64 ID = 0x8877'6655'4433'2211;
    const auto promotion = [](u64 time, u64 hash, u32 snapshot, u16 core, u8 decision) {
        return test::EventFields{time, 1, hash, snapshot, core, 6, decision};
    };
    LogBuilder log;
    log.beats = {{7,
                  0,
                  {{0, {promotion(11, 7, 1, 0, 0)}},
                   {1, {promotion(11, 7, 1, 1, 1)}},
                   {2, {promotion(11, 7, 8, 2, 2)}}}},
                 {15, 20, {{1, {promotion(21, ID, 1, 1, 0)}}, {3, {promotion(21, ID, 9, 3, 1)}}}}};
    const auto object = test::json_of(stats(log.bytes()));
    EXPECT_EQ(object["events_by_kind"]["Promotion"], 5);
    EXPECT_EQ(object["promotions_by_decision"]["promoted"], 2);
    EXPECT_EQ(object["promotions_by_decision"]["refused"], 2);
    EXPECT_EQ(object["promotions_by_decision"]["damaged"], 1);
    const auto& snapshots = object["promotions_by_snapshot"];
    ASSERT_EQ(snapshots.size(), 3);
    EXPECT_EQ(snapshots[0]["snapshot"], "1");
    EXPECT_EQ(snapshots[0]["promoted"], 2);
    EXPECT_EQ(snapshots[0]["refused"], 1);
    EXPECT_EQ(snapshots[0]["id"], "1122334455667788") << "the last one's, byte by byte";
    EXPECT_EQ(snapshots[1]["snapshot"], "loaded");
    EXPECT_EQ(snapshots[1]["damaged"], 1);
    EXPECT_EQ(snapshots[1]["id"], nullptr) << "none was promoted";
    EXPECT_EQ(snapshots[2]["snapshot"], "before");
    EXPECT_EQ(snapshots[2]["refused"], 1);
    const std::string text = to_text(stats(log.bytes()));
    EXPECT_NE(
        text.find("snapshot 1          promoted 2, refused 1, damaged 0, id 1122334455667788"),
        std::string::npos)
        << text;
    EXPECT_NE(text.find("snapshot loaded     promoted 0, refused 0, damaged 1\n"),
              std::string::npos)
        << text;
    EXPECT_EQ(to_text(stats(LogBuilder().bytes())).find("snapshot"), std::string::npos);
}

TEST(Stats, root_is_that_of_the_trailer_and_missing_in_a_cut_log) {
    LogBuilder log = LogBuilder::of_three_epochs();
    EXPECT_EQ(test::json_of(stats(log.bytes()))["lockchain_root"].get<std::string>().size(), 64);
    EXPECT_EQ(test::json_of(stats(log.bytes()))["inputs_from_outside"], 3);
    log.has_trailer = false;
    EXPECT_EQ(test::json_of(stats(log.bytes()))["lockchain_root"], nullptr);
}

TEST(Stats, resumed_log_skipped_no_beats_that_were_executed_before) {
    LogBuilder log;
    log.beats = {{8, 20, {}}, {9, 20, {}}};
    log.resumed.emplace();
    log.resumed->beats = 7;
    log.resumed->leaves = {std::string(32, 'a')};
    const auto object = test::json_of(stats(log.bytes()));
    EXPECT_EQ(object["beats_skipped"], 1);
    EXPECT_EQ(object["resumed_after_beats"], 7);
}

TEST(Stats, damaged_log_is_refused) {
    const test::BuiltLog built = LogBuilder().build();
    std::string bytes = built.bytes;
    bytes[built.block_at[1] + 9] ^= 1;
    EXPECT_THROW(stats(bytes), Failure);
}

TEST(Stats, many_cores_share_bars) {
    LogBuilder log;
    log.cores = 256;
    test::set(log.identity[3], 0, 256, 4);
    log.identity[4] = std::string(std::size_t{256} * 256, '\1');
    log.beats = {{0, 0, {{255, {{1, 1, 1, 0, 255, 1}}}}}};
    EXPECT_NE(to_text(stats(log.bytes())).find("248-255"), std::string::npos);
}

Event event(u64 time, EventKind kind, u8 status = 0) {
    return {time, 1, 1, 0, 0, static_cast<u8>(kind), status};
}

TEST(Arrivals, what_comes_before_the_first_task_was_admitted_and_the_rest_emitted) {
    Arrivals arrivals(false);
    arrivals.begin_core(10);
    EXPECT_EQ(arrivals.next(event(11, EventKind::ExternalInput)), Arrivals::Part::Admitted);
    EXPECT_EQ(arrivals.next(event(12, EventKind::TaskEnqueued)), Arrivals::Part::Admitted);
    EXPECT_EQ(arrivals.next(event(13, EventKind::TaskExecuted)), Arrivals::Part::Task);
    EXPECT_EQ(arrivals.next(event(14, EventKind::TaskEnqueued)), Arrivals::Part::Emitted);
    arrivals.begin_core(20);
    EXPECT_EQ(arrivals.next(event(21, EventKind::TaskEnqueued)), Arrivals::Part::Admitted);
}

TEST(Arrivals, behind_a_task_that_may_be_ordered_nothing_is_certain_until_the_next_task) {
    Arrivals arrivals(false);
    arrivals.begin_core(10);
    EXPECT_EQ(arrivals.next(event(11, EventKind::TaskEnqueued, ORDERED_LEVEL)),
              Arrivals::Part::Admitted);
    EXPECT_TRUE(arrivals.has_ordered());
    arrivals.begin_core(20);
    EXPECT_EQ(arrivals.next(event(21, EventKind::TaskExecuted)), Arrivals::Part::Task);
    EXPECT_EQ(arrivals.next(event(22, EventKind::TaskEnqueued)), Arrivals::Part::Unclear);
    EXPECT_EQ(arrivals.next(event(23, EventKind::TaskExecuted)), Arrivals::Part::Task);
    EXPECT_EQ(arrivals.next(event(24, EventKind::TaskEnqueued)), Arrivals::Part::Emitted);
    arrivals.begin_core(30); // 256 ordered tasks a beat take the times up to 286
    EXPECT_EQ(arrivals.next(event(286, EventKind::TaskExecuted)), Arrivals::Part::Task);
    EXPECT_EQ(arrivals.next(event(287, EventKind::TaskEnqueued)), Arrivals::Part::Unclear);
    arrivals.begin_core(30);
    EXPECT_EQ(arrivals.next(event(287, EventKind::TaskExecuted)), Arrivals::Part::Task);
    EXPECT_EQ(arrivals.next(event(288, EventKind::TaskEnqueued)), Arrivals::Part::Emitted);
}

} // namespace
} // namespace knhk::tools
