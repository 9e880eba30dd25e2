// SPDX-License-Identifier: MIT
// Clocks hand out each beat once, from 0; slots and pulses are proved where they are defined.
#include "beat/beat_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace knhk {
namespace {

TEST(BeatClock, first_beat_is_cycle_0_slot_0_and_a_pulse) {
    BeatClock clock;
    EXPECT_EQ(clock.current(), Beat{0});
    const Beat first = clock.next();
    EXPECT_EQ(first, Beat{0});
    EXPECT_EQ(first.slot(), 0u);
    EXPECT_TRUE(first.pulse());
    EXPECT_EQ(clock.current(), Beat{1});
}

TEST(BeatClock, what_is_admitted_for_the_current_beat_is_met_by_the_next_one_that_is_run) {
    BeatClock clock(Beat{41});
    for (u32 i = 0; i < 20; ++i) {
        const Beat admitted = clock.current();
        EXPECT_EQ(clock.next(), admitted);
    }
}

TEST(BeatClock, advance_returns_the_beat_that_is_current_from_now_on) {
    BeatClock clock;
    EXPECT_EQ(clock.advance(), Beat{1});
    EXPECT_EQ(clock.current(), Beat{1});
    SharedBeatClock<> shared;
    EXPECT_EQ(shared.advance(), Beat{1});
    EXPECT_EQ(shared.current(), Beat{1});
}

TEST(BeatClock, last_cycle_wraps_to_0) {
    BeatClock clock(Beat{~u64{0}});
    EXPECT_EQ(clock.next().slot(), 7u);
    EXPECT_EQ(clock.next(), Beat{0});
}

TEST(SharedBeatClock, each_beat_goes_to_one_thread) {
    constexpr u32 EACH = 20'000;
    SharedBeatClock<> clock;
    clock.reset(Beat{5});
    std::vector<u64> taken[2];
    const auto take = [&](u32 number) {
        for (u32 i = 0; i < EACH; ++i) {
            taken[number].push_back(clock.next().raw);
        }
    };
    std::thread other(take, 1);
    take(0);
    other.join();
    EXPECT_TRUE(std::ranges::is_sorted(taken[0]) && std::ranges::is_sorted(taken[1]));
    taken[0].insert(taken[0].end(), taken[1].begin(), taken[1].end());
    std::ranges::sort(taken[0]);
    for (u64 i = 0; i < taken[0].size(); ++i) {
        ASSERT_EQ(taken[0][i], i + 5);
    }
    EXPECT_EQ(clock.current(), Beat{2 * EACH + 5});
}

} // namespace
} // namespace knhk
