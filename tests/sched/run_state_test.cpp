// SPDX-License-Identifier: MIT
// The run's own state: the sums over cores, the chain, and what marks its memory.
#include "sched/run_state.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string_view>

#include "sched/scheduler.hpp"
#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

TEST(Outcome, none_is_the_neutral_element) {
    const Outcome some{5, 6, 7, 8, 9, true, true, true};
    Outcome sum = Outcome::none();
    sum.add(some);
    sum.add(Outcome::none());
    EXPECT_EQ(sum.clock_max, 5u);
    EXPECT_EQ(sum.input_blocked_min, 6u);
    EXPECT_EQ(sum.ordered_time_min, 7u);
    EXPECT_EQ(sum.sent, 8u);
    EXPECT_EQ(sum.lined_up, 9u);
    EXPECT_TRUE(sum.busy);
    EXPECT_TRUE(sum.awaits_pulse);
    EXPECT_TRUE(sum.asks_promotion);
    EXPECT_FALSE(Outcome::none().busy || Outcome::none().awaits_pulse);
}

TEST(Outcome, adding_takes_maxima_minima_sums_and_ors_in_any_order) {
    const Outcome a{5, 60, 7, 8, 1, false, true, false};
    const Outcome b{50, 6, 70, 80, 2, true, false, true};
    for (const bool swapped : {false, true}) {
        Outcome sum = swapped ? b : a;
        sum.add(swapped ? a : b);
        EXPECT_EQ(sum.clock_max, 50u);
        EXPECT_EQ(sum.input_blocked_min, 6u);
        EXPECT_EQ(sum.ordered_time_min, 7u);
        EXPECT_EQ(sum.sent, 88u);
        EXPECT_EQ(sum.lined_up, 3u);
        EXPECT_TRUE(sum.busy);
        EXPECT_TRUE(sum.awaits_pulse);
        EXPECT_TRUE(sum.asks_promotion);
    }
}

TEST(Outcome, each_field_of_a_cores_outcome_goes_to_its_own) {
    Outcome sum = Outcome::none();
    sum.add(CoreOutcome{.clock = 1,
                        .input_blocked = 2,
                        .ordered_time = 3,
                        .sent = 4,
                        .lined_up = 5,
                        .busy = true,
                        .awaits_pulse = false});
    EXPECT_EQ(sum.clock_max, 1u);
    EXPECT_EQ(sum.input_blocked_min, 2u);
    EXPECT_EQ(sum.ordered_time_min, 3u);
    EXPECT_EQ(sum.sent, 4u);
    EXPECT_EQ(sum.lined_up, 5u);
    EXPECT_TRUE(sum.busy);
    EXPECT_FALSE(sum.awaits_pulse);
}

TEST(RunState, closing_a_beat_takes_it_into_the_chain_and_counts_messages) {
    const auto state = std::make_unique<RunState>();
    state->plan.beat = Beat{7};
    state->plan.start = Timestamp{90};
    state->step.previous = {1, 2};
    const auto board = std::make_unique<CoreBoard>();
    board->cores[0].event_count = 2;
    board->cores[1].digest = {3, 4};
    board->cores[1].event_count = 5;
    state->events = 100;
    state->on_the_way = 10;
    ChainStep expected = state->step;
    expected.core_digests[1] = {3, 4};
    expected.beat = 7;
    expected.start_time = 90;
    Outcome outcome = Outcome::none();
    outcome.sent = 5;
    outcome.lined_up = 12;
    state->close_beat(outcome, *board, 2);
    EXPECT_EQ(state->events, 107u);
    EXPECT_EQ(state->step.previous, chain_digest(expected, 2));
    EXPECT_EQ(state->on_the_way, 3u);
    EXPECT_EQ(state->beats_executed, 1u);
}

TEST(RunState, setup_marks_the_memory_with_magic_version_cores_and_layout) {
    test::ByHand hand;
    hand.set_up(4, {});
    const Host host{};
    LogWriter log;
    const auto scheduler = std::make_unique<Scheduler>();
    scheduler->setup(hand.setup, {}, host, log);
    const RunState& state = *hand.state;
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(&state.magic), 8), "\1KNHKRUN");
    EXPECT_EQ(state.version, 7u);
    EXPECT_EQ(state.cores, 4u);
    std::vector<u64> words;
    for (const Region& region : REGIONS) {
        words.push_back(region.base);
        words.push_back(region.size_bytes);
        words.push_back(region.checkpoint == RegionCheckpoint::SAVED ? 0 : 1);
    }
    EXPECT_EQ(state.layout_hash, xxh3_64(words.data(), words.size() * sizeof(u64)));
    EXPECT_EQ(reinterpret_cast<const std::byte*>(&state), hand.setup.memory.at(region::scheduler));
}

} // namespace
} // namespace knhk
