// SPDX-License-Identifier: MIT
// Traces of logs that are known: what the checker says of them, in both formats, and where things
// stand.
#include "tools/views/trace.hpp"

#include <gtest/gtest.h>

#include "tests/support/command.hpp"
#include "tests/tools/log_builder.hpp"
#include "tools/host/failure.hpp"

namespace knhk::tools {
namespace {

using test::Folder;
using test::LogBuilder;

class TraceTest : public testing::TestWithParam<bool> {
  protected:
    TraceFigures trace(const std::string& bytes, const TraceOptions& options = {}) {
        LogReader log = test::reader_of(bytes);
        ByteSink out = ByteSink::into_file(path_, folder_.file("log"));
        const auto sink = GetParam() ? make_chrome_sink(out) : make_perfetto_sink(out);
        TraceOptions quiet = options;
        quiet.quiet = true;
        return trace_log(log, quiet, out, *sink);
    }
    /// What the checker counts; it must have no complaint.
    nlohmann::json checked() const {
        const auto result = test::run_command(
            {"python3", "-B", test::source_root() + "/tests/trace/check_trace.py", path_});
        EXPECT_EQ(result.status, 0) << result.err;
        return nlohmann::json::parse(result.out.empty() ? "{}" : result.out);
    }

    Folder folder_;
    std::string path_ = folder_.file("trace");
};

INSTANTIATE_TEST_SUITE_P(Formats, TraceTest, testing::Bool(),
                         [](const auto& format) { return format.param ? "chrome" : "perfetto"; });

TEST_P(TraceTest, every_event_and_beat_is_there_and_every_flow_has_both_ends) {
    const TraceFigures figures = trace(LogBuilder::of_three_epochs().bytes());
    EXPECT_EQ(figures.events, 12);
    EXPECT_EQ(figures.beats, 5);
    EXPECT_EQ(figures.still_waiting, 4); // one of five ran
    const auto counts = checked();
    EXPECT_EQ(counts["TaskExecuted"], 4);
    EXPECT_EQ(counts["TaskEnqueued"], 5);
    EXPECT_EQ(counts["beat"], 5);
    EXPECT_EQ(counts["flows"], 5);
    EXPECT_EQ(counts["still"], 4);
}

TEST_P(TraceTest, flow_goes_through_a_theft_and_a_parked_run) {
    LogBuilder log;
    log.beats = {{0, 0, {{0, {{1, 7, 1, 0, 0, 1, 1}}}}},
                 {1, 1, {{2, {{2, 7, 1, 0, 2, 5, 1}, {3, 7, 0, 9, 2, 2, 7}, {4, 7, 1, 9, 2, 2}}}}}};
    EXPECT_EQ(trace(log.bytes()).still_waiting, 0);
    EXPECT_EQ(checked()["flows"], 2);
}

TEST_P(TraceTest, emissions_lie_within_their_task) {
    LogBuilder log;
    log.beats = {{0, 0, {{0, {{1, 8, 1, 9, 0, 2}, {2, 9}, {3, 10}, {5, 9, 1, 9, 0, 2}}}}},
                 {1, 5, {{0, {{6, 10, 1, 9, 0, 2}}}}}};
    EXPECT_EQ(trace(log.bytes()).still_waiting, 0);
    EXPECT_EQ(checked()["flows"], 2);
    if (GetParam()) {
        const auto events = nlohmann::json::parse(test::read_file(path_))["traceEvents"];
        const auto first = std::ranges::find(events, "TaskExecuted", [](const auto& event) {
            return event["name"].template get<std::string>();
        });
        EXPECT_DOUBLE_EQ((*first)["ts"].get<double>(), 1.0);
        EXPECT_DOUBLE_EQ((*first)["dur"].get<double>(), 3.999);
    }
}

TEST_P(TraceTest, beats_that_begin_at_one_time_still_ascend) {
    LogBuilder log;
    log.beats.clear();
    for (u64 beat = 0; beat < 700; ++beat) {
        log.beats.push_back({beat, beat == 0 ? 0u : 5u, {}});
    }
    EXPECT_EQ(trace(log.bytes()).beats, 700);
    EXPECT_EQ(checked()["beat"], 700);
}

TEST_P(TraceTest, log_without_events_has_its_beats) {
    LogBuilder log;
    log.level = 0;
    EXPECT_EQ(trace(log.bytes()).beats, 3);
    EXPECT_EQ(checked()["tracks"], 1);
}

TEST_P(TraceTest, range_of_beats_begins_at_its_own_time) {
    LogBuilder log;
    log.beats = {{0, 0, {{0, {{1}}}}}, {1, u64{1} << 60, {{0, {{(u64{1} << 60) + 1}}}}}};
    EXPECT_THROW(trace(log.bytes()), Failure); // too far from time 0
    EXPECT_EQ(trace(log.bytes(), {{1, 1}}).events, 1);
    checked();
}

TEST_P(TraceTest, times_that_do_not_ascend_are_refused) {
    LogBuilder log;
    log.beats = {{0, 0, {{0, {{2}, {2}}}}}};
    EXPECT_THROW(trace(log.bytes()), Failure);
    log.beats = {{0, 3, {{0, {{3}}}}}};
    EXPECT_THROW(trace(log.bytes()), Failure);
    log.beats = {{0, 0, {{0, {{7}}}}}, {1, 5, {}}};
    EXPECT_THROW(trace(log.bytes()), Failure);
}

} // namespace
} // namespace knhk::tools
