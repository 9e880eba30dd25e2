// SPDX-License-Identifier: MIT
// The limit on a beat: how it is written, when it is over, and what is said then.
#include "kernel/beat_limit.hpp"

#include <gtest/gtest.h>

#include <string>

#include "kernel/run_config.hpp"

namespace knhk {
namespace {

TEST(BeatLimitTextTest, seconds_are_read_with_up_to_three_places) {
    EXPECT_EQ(parse_beat_limit("2"), 2000u);
    EXPECT_EQ(parse_beat_limit("0.1"), 100u);
    EXPECT_EQ(parse_beat_limit("0.100"), 100u);
    EXPECT_EQ(parse_beat_limit("2.5"), 2500u);
    EXPECT_EQ(parse_beat_limit("02.345"), 2345u);
    EXPECT_EQ(parse_beat_limit("86400"), 86'400'000u);
    EXPECT_EQ(parse_beat_limit("86400.000"), 86'400'000u);
}

TEST(BeatLimitTextTest, what_is_no_decimal_number_is_refused) {
    for (const char* const text : {"", ".", ".5", "5.", "1.2.3", "1.2345", "1.0000", "0x2", "-1",
                                   "+1", " 1", "1 ", "1s", "1e3", "1,5", "two"}) {
        const Result<u32> result = parse_beat_limit(text);
        ASSERT_FALSE(result) << "'" << text << "'";
        EXPECT_EQ(result.error(), Error::BadNumber) << text;
    }
}

TEST(BeatLimitTextTest, what_lies_outside_the_bounds_is_refused) {
    for (const char* const text : {"0", "0.0", "0.099", "86400.001", "86401",
                                   "18446744073709551616", "99999999999999999999999999999999"}) {
        const Result<u32> result = parse_beat_limit(text);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error(), Error::OutOfRange) << text;
    }
}

TEST(BeatLimitTextTest, command_line_sets_it_and_a_workload_may_not) {
    RunConfig config;
    EXPECT_EQ(config.beat_limit_ms, 0u) << "nobody asked for one";
    ASSERT_TRUE(apply_words(config, "beat-limit=1.5", ConfigSource::CommandLine));
    EXPECT_EQ(config.beat_limit_ms, 1500u);
    const auto applied = apply_words(config, "beat-limit=9", ConfigSource::WorkloadSection);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().error, Error::UnknownKey);
    EXPECT_EQ(config.beat_limit_ms, 1500u);
    EXPECT_FALSE(apply_words(config, "beat-limit=0.01", ConfigSource::CommandLine));
    EXPECT_EQ(config.beat_limit_ms, 1500u);
}

/// How many looks at one and the same beat, the first included, until the limit is over.
u32 looks_until_over(u32 limit_ms) {
    BeatWatch watch(limit_ms);
    u32 looks = 1;
    while (!watch.look(7, true)) {
        ++looks;
    }
    return looks;
}

TEST(BeatWatchTest, beat_that_stays_is_over_after_the_limit_and_not_before) {
    for (const u32 limit_ms : {100u, 101u, 250u, 999u, 2000u, 2001u, 60'000u, 86'400'000u}) {
        const BeatWatch watch(limit_ms);
        ASSERT_GT(watch.period_ms(), 0u);
        // Between n looks lie n - 1 periods.
        const u32 elapsed_ms = (looks_until_over(limit_ms) - 1) * watch.period_ms();
        EXPECT_GT(elapsed_ms, limit_ms);
        EXPECT_LE(elapsed_ms, limit_ms + 2 * watch.period_ms());
        EXPECT_LE(watch.period_ms(), limit_ms / 20 + 5) << "the limit is kept finely enough";
        EXPECT_LE(watch.period_ms(), 100u);
        EXPECT_EQ(watch.limit_ms(), limit_ms);
    }
}

TEST(BeatWatchTest, each_new_beat_begins_anew) {
    const u32 looks = looks_until_over(1000);
    BeatWatch watch(1000);
    for (u64 beat = 0; beat < 5; ++beat) {
        for (u32 look = 1; look < looks; ++look) {
            EXPECT_FALSE(watch.look(beat, true));
        }
    }
    EXPECT_TRUE(watch.look(4, true));
    EXPECT_FALSE(watch.look(5, true));
}

TEST(BeatWatchTest, looks_that_do_not_count_only_put_the_end_off) {
    const u32 looks = looks_until_over(1000);
    BeatWatch watch(1000);
    for (u32 look = 1; look < looks; ++look) {
        EXPECT_FALSE(watch.look(7, true));
    }
    for (u32 look = 0; look < 1000; ++look) {
        EXPECT_FALSE(watch.look(7, false)) << "a run that waits for its sink";
    }
    EXPECT_TRUE(watch.look(7, true));
}

Scheduler::Place place_in_task() {
    Scheduler::Place place{};
    place.known = true;
    place.beat = 17;
    place.core = 3;
    place.in_task = true;
    place.task_id = 4711;
    place.handler = 256;
    return place;
}

TEST(BeatLimitLineTest, line_names_beat_core_limit_task_and_handler) {
    const TextLine line = late_task_line(place_in_task(), 2000, {"name", 0x40012345});
    EXPECT_EQ(line.view(), "beat limit: beat 17 on core 3 for more than 2 s: task 4711, "
                           "handler 256 (name) at 0x40012345");
}

TEST(BeatLimitLineTest, line_without_a_task_says_so) {
    EXPECT_EQ(late_beat_line(5, 100).view(),
              "beat limit: beat 5 for more than 0.1 s: no worker is in a task");
}

/// What is read is what is said: the line's seconds are again the limit.
TEST(BeatLimitLineTest, seconds_are_written_as_they_are_read) {
    for (const u32 limit_ms : {100u, 101u, 110u, 1000u, 1001u, 12'345u, 12'050u, 86'400'000u}) {
        const std::string line(late_beat_line(0, limit_ms).view());
        const std::size_t begin = line.find("than ") + 5;
        const std::string seconds = line.substr(begin, line.find(" s:") - begin);
        EXPECT_EQ(parse_beat_limit(seconds), limit_ms) << line;
    }
}

} // namespace
} // namespace knhk
