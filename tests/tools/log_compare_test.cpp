// SPDX-License-Identifier: MIT
// What a comparison says of two logs: its verdict, and the first place where they part.
#include "tools/log/log_compare.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "tests/tools/json_of.hpp"
#include "tests/tools/log_builder.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/event_names.hpp"

namespace knhk::tools {
namespace {

using test::BuiltLog;
using test::EventFields;
using test::LogBuilder;
using test::reader_of;
using test::set;

Comparison compare_bytes(const std::string& a, const std::string& b) {
    LogReader reader_a = reader_of(a, "a.log");
    LogReader reader_b = reader_of(b, "b.log");
    return compare(reader_a, reader_b);
}

Comparison compare_logs(const LogBuilder& a, const LogBuilder& b) {
    return compare_bytes(a.bytes(), b.bytes());
}

/// The digest that a built log's trailer holds.
std::string run_digest_of(const BuiltLog& log) {
    Digest digest;
    std::memcpy(&digest, log.bytes.data() + log.trailer_at + 40, sizeof digest);
    return test::text_of(digest);
}

void expect_first(const Comparison& comparison, const LogDifference& expected) {
    ASSERT_TRUE(comparison.first);
    EXPECT_EQ(comparison.first->beat, expected.beat);
    EXPECT_EQ(comparison.first->core, expected.core);
    EXPECT_EQ(comparison.first->index, expected.index);
    EXPECT_EQ(comparison.first->field.field, expected.field.field);
    EXPECT_EQ(comparison.first->field.a, expected.field.a);
    EXPECT_EQ(comparison.first->field.b, expected.field.b);
}

/// Two logs of one core, in one beat, of whose `events` the first `changed` differ.
Comparison compare_with_changes(u64 events, u64 changed) {
    LogBuilder a;
    a.beats = {{0, 0, {}}};
    for (u64 i = 1; i <= events; ++i) {
        a.beats[0].events[0].push_back({i});
    }
    LogBuilder b = a;
    for (u64 i = 0; i < changed; ++i) {
        b.beats[0].events[0][i].hash += 1;
    }
    return compare_logs(a, b);
}

TEST(LogCompareTest, equal_logs_match_exactly) {
    const BuiltLog log = LogBuilder().build();
    const Comparison comparison = compare_bytes(log.bytes, log.bytes);
    EXPECT_EQ(comparison.verdict, Verdict::ExactMatch);
    EXPECT_EQ(comparison.mismatching_events, 0u);
    EXPECT_TRUE(comparison.identity.empty());
    EXPECT_FALSE(comparison.first);
    EXPECT_FALSE(comparison.by_digests_only);
    for (const LogFigures* figures : {&comparison.a, &comparison.b}) {
        EXPECT_EQ(figures->beats, 3u);
        EXPECT_EQ(figures->events, 11u);
        EXPECT_EQ(figures->ending, "is whole");
        EXPECT_EQ(figures->run_digest, run_digest_of(log));
    }
    EXPECT_EQ(comparison.a.name, "a.log");
    EXPECT_EQ(comparison.b.name, "b.log");
}

struct FieldChange {
    const char* field;
    std::function<void(EventFields&)> change;
    const char* a;
    const char* b;
};

class ChangedField : public testing::TestWithParam<FieldChange> {};

TEST_P(ChangedField, changed_field_of_one_event_is_named) {
    LogBuilder a;
    a.beats[1].events[3][1].kind = std::string(GetParam().field) == "ticks" ? 2 : 1;
    LogBuilder b = a;
    GetParam().change(b.beats[1].events[3][1]);
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.verdict, Verdict::MinorDifference);
    EXPECT_EQ(comparison.mismatching_events, 1u);
    EXPECT_TRUE(comparison.identity.empty());
    expect_first(comparison, {1, 3, 1, {GetParam().field, GetParam().a, GetParam().b}});
}

INSTANTIATE_TEST_SUITE_P(
    fields, ChangedField,
    testing::Values(FieldChange{"timestamp", [](EventFields& e) { e.timestamp = 5; }, "6", "5"},
                    FieldChange{"kind", [](EventFields& e) { e.kind = 5; }, "1 (TaskEnqueued)",
                                "5 (TaskStolen)"},
                    FieldChange{"task_id", [](EventFields& e) { e.task_id = 0x1b; },
                                "0x0000000000000017", "0x000000000000001b"},
                    FieldChange{"hash", [](EventFields& e) { e.hash = u64{1} << 63; },
                                "0x000000000000000a", "0x8000000000000000"},
                    FieldChange{"ticks", [](EventFields& e) { e.ticks = 99; }, "0", "99"},
                    FieldChange{"status", [](EventFields& e) { e.status = 2; }, "1 (Normal)",
                                "2 (Low)"}),
    [](const auto& test) { return std::string(test.param.field); });

TEST(LogCompareTest, first_of_several_changed_fields_is_named) {
    const LogBuilder a;
    LogBuilder b;
    b.beats[1].events[3][1].hash = 1;
    b.beats[1].events[3][1].timestamp = 5;
    b.beats[2].events[0][0].hash = 1;
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.mismatching_events, 2u);
    expect_first(comparison, {1, 3, 1, {"timestamp", "6", "5"}});
}

TEST(LogCompareTest, up_to_ten_changed_events_are_a_minor_difference) {
    EXPECT_EQ(compare_with_changes(20, 0).verdict, Verdict::ExactMatch);
    EXPECT_EQ(compare_with_changes(20, 1).verdict, Verdict::MinorDifference);
    EXPECT_EQ(compare_with_changes(20, 10).verdict, Verdict::MinorDifference);
    EXPECT_EQ(compare_with_changes(20, 10).mismatching_events, 10u);
    EXPECT_EQ(compare_with_changes(20, 11).verdict, Verdict::Diverged);
    EXPECT_EQ(compare_with_changes(20, 11).mismatching_events, 11u);
}

TEST(LogCompareTest, extra_beat_has_diverged) {
    const LogBuilder a;
    LogBuilder b;
    b.beats.push_back({7, 12, {{2, {{13, 1, 1, 0, 2}, {14, 1, 1, 0, 2}}}}});
    const Comparison longer = compare_logs(a, b);
    EXPECT_EQ(longer.verdict, Verdict::Diverged);
    EXPECT_EQ(longer.mismatching_events, 2u);
    EXPECT_EQ(longer.b.beats, 4u);
    expect_first(longer, {7, {}, {}, {"beat", "missing", "present"}});
    expect_first(compare_logs(b, a), {7, {}, {}, {"beat", "present", "missing"}});
}

TEST(LogCompareTest, extra_beat_without_events_has_diverged) {
    const LogBuilder a;
    LogBuilder b;
    b.beats.push_back({7, 12});
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
    EXPECT_EQ(comparison.mismatching_events, 0u);
    expect_first(comparison, {7, {}, {}, {"beat", "missing", "present"}});
}

TEST(LogCompareTest, missing_last_event_has_diverged) {
    const LogBuilder a;
    LogBuilder b;
    b.beats[1].events[3].pop_back();
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
    EXPECT_EQ(comparison.mismatching_events, 1u);
    expect_first(comparison, {1, 3, 2, {"event", "present", "missing"}});
    expect_first(compare_logs(b, a), {1, 3, 2, {"event", "missing", "present"}});
}

TEST(LogCompareTest, missing_first_event_moves_those_behind_it) {
    const LogBuilder a;
    LogBuilder b;
    b.beats[1].events[3].erase(b.beats[1].events[3].begin());
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.mismatching_events, 3u);
    expect_first(comparison, {1, 3, 0, {"timestamp", "4", "6"}});
}

TEST(LogCompareTest, core_that_only_one_log_has_is_named) {
    const LogBuilder a;
    LogBuilder b;
    b.beats[1].events.erase(1);
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.mismatching_events, 2u);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
    expect_first(comparison, {1, 1, 0, {"event", "present", "missing"}});

    b = a;
    b.beats[1].events[2] = {{4, 0x12, 1, 0, 2}};
    expect_first(compare_logs(a, b), {1, 2, 0, {"event", "missing", "present"}});
}

/// The same bytes, of which another core's entry claims one event more.
TEST(LogCompareTest, events_that_moved_to_another_core_differ) {
    LogBuilder a;
    a.beats = {{0, 0, {{0, {{1}, {2}}}, {1, {{3, 0x70, 5, 0, 1}}}}}};
    LogBuilder b = a;
    b.beats = {{0, 0, {{0, {{1}}}, {1, {{2, 0x70, 5, 0, 1}, {3, 0x70, 5, 0, 1}}}}}};
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.mismatching_events, 3u);
    EXPECT_EQ(comparison.verdict, Verdict::MinorDifference);
    expect_first(comparison, {0, 0, 1, {"event", "present", "missing"}});
}

/// As long in events, but not in beats.
TEST(LogCompareTest, events_that_were_split_over_more_beats_have_diverged) {
    LogBuilder a;
    a.beats = {{0, 0, {{0, {{1}, {2}}}}}};
    LogBuilder b;
    b.beats = {{0, 0, {{0, {{1}}}}}, {1, 1, {{0, {{2}}}}}};
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.mismatching_events, 2u);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
}

/// One number of one block, changed.
struct Patch {
    const char* field;
    std::size_t block;
    std::size_t offset;
    std::optional<u32> core;
    u64 value;
    u32 size;
};

class PatchedBlock : public testing::TestWithParam<Patch> {};

TEST_P(PatchedBlock, logs_with_equal_events_but_another_block_have_diverged) {
    const BuiltLog a = LogBuilder().build();
    const Patch& patch = GetParam();
    BuiltLog b = a;
    set(b.bytes, b.block_at[patch.block] + patch.offset, patch.value, patch.size);
    test::renew_check(b.bytes, b.block_at[patch.block]);
    const Comparison comparison = compare_bytes(a.bytes, b.bytes);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
    EXPECT_EQ(comparison.mismatching_events, 0u);
    ASSERT_TRUE(comparison.first);
    EXPECT_EQ(comparison.first->field.field, patch.field);
    EXPECT_EQ(comparison.first->core, patch.core);
    EXPECT_EQ(comparison.first->beat, patch.block == 2 ? 5 : patch.block);
    EXPECT_NE(comparison.first->field.a, comparison.first->field.b);
}

INSTANTIATE_TEST_SUITE_P(fields, PatchedBlock,
                         testing::Values(Patch{"beat number", 2, 8, {}, 6, 8},
                                         Patch{"start time", 2, 16, {}, 8, 8},
                                         Patch{"chain", 0, 32, {}, 1, 8},
                                         Patch{"chain", 2, 40, {}, 1, 8},
                                         Patch{"digest", 1, 56 + 24 + 8, 3, 1, 8},
                                         Patch{"digest", 1, 56 + 16, 1, 1, 8}));

TEST(LogCompareTest, different_end_reasons_are_named) {
    const LogBuilder a;
    LogBuilder b;
    b.end_reason = 2;
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
    expect_first(comparison, {{}, {}, {}, {"end reason", "0", "2"}});
}

TEST(LogCompareTest, different_run_digests_are_named) {
    const BuiltLog a = LogBuilder().build();
    BuiltLog b = a;
    set(b.bytes, b.trailer_at + 40, 0x1234, 8);
    test::renew_check(b.bytes, b.trailer_at);
    const Comparison comparison = compare_bytes(a.bytes, b.bytes);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
    ASSERT_TRUE(comparison.first);
    EXPECT_EQ(comparison.first->field.field, "run digest");
    EXPECT_EQ(comparison.first->field.a, run_digest_of(a));
    EXPECT_EQ(comparison.first->field.b, run_digest_of(b));
}

TEST(LogCompareTest, identity_hashes_that_alone_differ_are_named) {
    const BuiltLog a = LogBuilder().build();
    std::string b = a.bytes;
    set(b, 24, 1, 8);
    test::renew_check(b, 0);
    try {
        const Comparison comparison = compare_bytes(a.bytes, b);
        EXPECT_EQ(comparison.verdict, Verdict::Diverged);
        ASSERT_EQ(comparison.identity.size(), 1u);
        EXPECT_EQ(comparison.identity[0].field, "identity hash");
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput); // a hash that lies may be refused
    }
}

TEST(LogCompareTest, different_seeds_are_named_and_have_diverged) {
    const LogBuilder a;
    LogBuilder b;
    b.identity[7] = std::string("\x08\0\0\0\0\0\0\0", 8);
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
    ASSERT_EQ(comparison.identity.size(), 1u);
    EXPECT_EQ(comparison.identity[0].field, "seed");
    EXPECT_EQ(comparison.identity[0].a, "7");
    EXPECT_EQ(comparison.identity[0].b, "8");
}

TEST(EventNamesTest, kinds_and_statuses_are_named_as_the_document_names_them) {
    EXPECT_EQ(kind_text(2), "2 (TaskExecuted)");
    EXPECT_EQ(kind_text(5), "5 (TaskStolen)");
    EXPECT_EQ(kind_text(0), "0");
    EXPECT_EQ(kind_text(6), "6 (Promotion)");
    EXPECT_EQ(kind_text(7), "7 (Commit)");
    EXPECT_EQ(kind_text(8), "8");
    EXPECT_EQ(status_text(1, 3), "3 (ordered)");
    EXPECT_EQ(status_text(5, 0), "0 (High)");
    EXPECT_EQ(status_text(1, 4), "4 (delta)");
    EXPECT_EQ(status_text(5, 5), "5");
    const char* const statuses[] = {
        "Ok",          "QueueFull",  "EmitLimit", "InvalidTask", "InvalidTimestamp",
        "GuardFailed", "OverBudget", "Parked",    "StateDenied", "NoObservation",
        "NoSnapshot",  "NoBranch",   "Waits",     "Swallowed"};
    for (u8 status = 0; status < std::size(statuses); ++status) {
        EXPECT_EQ(status_text(2, status), std::to_string(status) + " (" + statuses[status] + ")");
    }
    EXPECT_EQ(status_text(2, 14), "14");
    EXPECT_EQ(status_text(6, 0), "0 (promoted)");
    EXPECT_EQ(status_text(6, 1), "1 (refused)");
    EXPECT_EQ(status_text(6, 2), "2 (damaged)");
    EXPECT_EQ(snapshot_name(8), "loaded");
    EXPECT_EQ(snapshot_name(9), "before");
    EXPECT_EQ(snapshot_name(7), "");
    EXPECT_EQ(status_text(4, 1), "1");
}

TEST(LogCompareTest, packed_workload_files_are_named_by_their_names) {
    const auto packed = [](const std::string& name, std::size_t size) {
        std::string text = "KNHKWORK" + std::string(120, '\1') + name;
        text.resize(size);
        return text;
    };
    LogBuilder a;
    LogBuilder b;
    a.workload = packed("pipeline", 960);
    b.workload = packed("other\x1b[m", 1056);
    const Comparison comparison = compare_logs(a, b);
    ASSERT_EQ(comparison.identity.size(), 1u);
    EXPECT_EQ(comparison.identity[0].a, "file pipeline, 960 bytes packed");
    EXPECT_EQ(comparison.identity[0].b, "file other [m, 1056 bytes packed");
}

TEST(LogCompareTest, different_workload_texts_are_named) {
    const LogBuilder a;
    LogBuilder b;
    b.workload = "workload=ring tasks=13\n";
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
    ASSERT_EQ(comparison.identity.size(), 1u);
    EXPECT_EQ(comparison.identity[0].field, "workload");
    EXPECT_EQ(comparison.identity[0].a, "workload=ring tasks=12");
    EXPECT_EQ(comparison.identity[0].b, "workload=ring tasks=13");
}

/// Few events, but asked differently: never minor.
TEST(LogCompareTest, one_changed_event_under_another_identity_has_diverged) {
    const LogBuilder a;
    LogBuilder b;
    b.identity[7] = std::string("\x08\0\0\0\0\0\0\0", 8);
    b.beats[2].events[0][0].hash = 1;
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.mismatching_events, 1u);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
}

class CutComparison : public testing::TestWithParam<u32> {};

TEST_P(CutComparison, cut_log_never_matches_exactly) {
    LogBuilder builder;
    builder.level = GetParam();
    const BuiltLog log = builder.build();
    for (std::size_t size = log.block_at[0]; size < log.bytes.size(); ++size) {
        const std::string cut = log.bytes.substr(0, size);
        const Comparison with_itself = compare_bytes(cut, cut);
        ASSERT_EQ(with_itself.verdict, Verdict::Diverged) << size;
        ASSERT_TRUE(with_itself.first);
        ASSERT_EQ(with_itself.first->field.field, "end") << size;
        ASSERT_EQ(with_itself.a.run_digest, "") << size;
        ASSERT_EQ(compare_bytes(log.bytes, cut).verdict, Verdict::Diverged) << size;
        ASSERT_EQ(compare_bytes(cut, log.bytes).verdict, Verdict::Diverged) << size;
    }
}
INSTANTIATE_TEST_SUITE_P(levels, CutComparison, testing::Values(0, 1, 2));

TEST(LogCompareTest, cut_log_with_one_changed_event_is_no_minor_difference) {
    LogBuilder a;
    a.has_trailer = false;
    LogBuilder b = a;
    b.beats[0].events[0][0].hash = 1;
    const Comparison comparison = compare_logs(a, b);
    EXPECT_EQ(comparison.mismatching_events, 1u);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
}

TEST(LogCompareTest, damaged_log_never_matches_exactly) {
    const std::string bytes = LogBuilder().bytes() + "x";
    const Comparison comparison = compare_bytes(bytes, bytes);
    EXPECT_EQ(comparison.verdict, Verdict::Diverged);
    EXPECT_NE(comparison.a.ending.find("is damaged"), std::string::npos);
}

TEST(LogCompareTest, logs_of_one_run_at_different_levels_match_by_digests) {
    for (const u32 level_a : {0, 1, 2}) {
        for (const u32 level_b : {0, 1, 2}) {
            LogBuilder a;
            a.level = level_a;
            LogBuilder b;
            b.level = level_b;
            const Comparison comparison = compare_logs(a, b);
            EXPECT_EQ(comparison.verdict, Verdict::ExactMatch) << level_a << " " << level_b;
            EXPECT_EQ(comparison.by_digests_only, level_a < 2 || level_b < 2);
        }
    }
}

TEST(LogCompareTest, different_runs_at_different_levels_have_diverged_in_the_chain) {
    for (const u32 level : {0, 1}) {
        const LogBuilder a;
        LogBuilder b;
        b.level = level;
        b.beats[1].events[1][0].hash = 1;
        const Comparison comparison = compare_logs(a, b);
        EXPECT_EQ(comparison.verdict, Verdict::Diverged);
        EXPECT_EQ(comparison.mismatching_events, 0u);
        ASSERT_TRUE(comparison.first);
        EXPECT_EQ(comparison.first->field.field, "chain");
        EXPECT_EQ(comparison.first->beat, 1u);
    }
}

TEST(LogCompareTest, event_counts_are_compared_below_level_full) {
    LogBuilder a;
    a.level = 0;
    LogBuilder b = a;
    b.beats[1].events[1].pop_back();
    expect_first(compare_logs(a, b), {1, {}, {}, {"event count", "5", "4"}});
}

/// In beat 1, core 3, event 1.
LogBuilder with_executed(u32 ticks) {
    LogBuilder builder;
    builder.beats[1].events[3][1].kind = 2;
    builder.beats[1].events[3][1].ticks = ticks;
    return builder;
}

TEST(CompareReportTest, json_says_what_the_comparison_says) {
    const auto object = test::json_of(compare_logs(with_executed(0), with_executed(99)));
    EXPECT_EQ(object["match"], false);
    EXPECT_EQ(object["verdict"], "MinorDifference");
    EXPECT_EQ(object["by_digests_only"], false);
    EXPECT_EQ(object["mismatching_events"], 1);
    EXPECT_TRUE(object["identity_differences"].empty());
    const auto expected = nlohmann::ordered_json{{"beat", 1},        {"core", 3}, {"index", 1},
                                                 {"field", "ticks"}, {"a", "0"},  {"b", "99"}};
    EXPECT_EQ(object["first_difference"], expected);
    EXPECT_EQ(object["a"]["path"], "a.log");
    EXPECT_EQ(object["b"]["path"], "b.log");
    EXPECT_EQ(object["a"]["events"], 11);
    EXPECT_EQ(object["a"]["run_digest"], run_digest_of(with_executed(0).build()));
}

TEST(CompareReportTest, json_of_a_match_has_no_difference) {
    LogBuilder cut;
    const auto object = test::json_of(compare_logs(cut, cut));
    EXPECT_EQ(object["match"], true);
    EXPECT_EQ(object["verdict"], "ExactMatch");
    EXPECT_TRUE(object["first_difference"].is_null());
    cut.has_trailer = false;
    EXPECT_TRUE(test::json_of(compare_logs(cut, cut))["a"]["run_digest"].is_null());
}

TEST(CompareReportTest, text_names_the_place_and_the_verdict) {
    const std::string text = to_text(compare_logs(with_executed(0), with_executed(99)));
    EXPECT_NE(text.find("first difference: beat 1, core 3, event 1, ticks: 0 against 99\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("MinorDifference, events that differ: 1\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("A: a.log: 3 beats, 11 events, is whole\n"), 0u) << text;
}

TEST(CompareReportTest, text_of_a_match_is_the_digest) {
    const std::string text = to_text(compare_logs(LogBuilder(), LogBuilder()));
    const std::string expected = "ExactMatch " + run_digest_of(LogBuilder().build()) + "\n";
    EXPECT_TRUE(text.ends_with(expected)) << text;
}

} // namespace
} // namespace knhk::tools
