// SPDX-License-Identifier: MIT
// What follows a beat: which inputs are cut, whether the run goes on, jumps, skips or ends.
#include "sched/planner.hpp"

#include <gtest/gtest.h>

#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::ids_of;
using test::Input;
using test::stateless;
using test::task_of;

constexpr u64 FAR = 1'000'000;
constexpr Level LOW = Level::Low;

Input for_beat(u64 beat, u64 id = 0) {
    return {.task = task_of(id), .beat = beat};
}

/// The outcome of a beat that left nothing behind, at this time, with all inputs staged.
Outcome nothing_left(u64 clock = 50) {
    Outcome outcome = Outcome::none();
    outcome.clock_max = clock;
    return outcome;
}

class PlannerTest : public testing::Test {
  protected:
    /// Says that beat `k` was executed, with the outcome given, and plans what follows.
    bool plan_after(u64 k, const Outcome& outcome) {
        hand_.plan().beat = Beat{k};
        ++hand_.state->beats_executed;
        hand_.outcome = outcome;
        return hand_.plan_next();
    }
    ByHand hand_;
};

// --- which inputs ----------------------------------------------------------------------------

TEST_F(PlannerTest, run_without_inputs_has_no_first_beat) {
    hand_.set_up(2, {});
    EXPECT_FALSE(hand_.plan_first());
}

TEST_F(PlannerTest, first_beat_is_that_of_the_first_input_and_no_pulse_precedes_it) {
    hand_.set_up(2, {for_beat(21), for_beat(21, 1), for_beat(22)});
    ASSERT_TRUE(hand_.plan_first());
    EXPECT_EQ(hand_.plan().beat.raw, 21u);
    EXPECT_EQ(hand_.plan().start.raw, 0u);
    EXPECT_EQ(hand_.plan().index, 0u);
    EXPECT_EQ(hand_.plan().input_end, 2u);
    EXPECT_EQ(hand_.plan().after_pulse, 0u);
    EXPECT_EQ(hand_.plan().ordered.count, 0u);
    EXPECT_EQ(hand_.plan().thefts.thieves, 0u);
}

TEST_F(PlannerTest, cut_ends_at_the_first_input_for_a_later_beat) {
    hand_.set_up(1, {for_beat(0), for_beat(1), for_beat(1), for_beat(2), for_beat(4)});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(hand_.plan().input_end, 1u);
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(hand_.plan().input_end, 3u);
    EXPECT_EQ(ids_of(hand_.events(), EventKind::ExternalInput).size(), 2u);
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(hand_.plan().input_end, 4u);
    EXPECT_EQ(hand_.plan().beat.raw, 2u);
}

TEST_F(PlannerTest, inputs_whose_beat_has_passed_are_cut_as_soon_as_they_fit) {
    hand_.set_up(1, {for_beat(0), for_beat(1), for_beat(1)});
    Outcome outcome = nothing_left();
    outcome.busy = true;
    outcome.input_blocked_min = 2;
    ASSERT_TRUE(plan_after(5, outcome));
    EXPECT_EQ(hand_.plan().input_end, 2u);
    outcome.input_blocked_min = 3;
    ASSERT_TRUE(plan_after(6, outcome));
    EXPECT_EQ(hand_.plan().input_end, 3u);
}

TEST_F(PlannerTest, cut_ends_at_the_first_input_that_any_core_has_no_place_for) {
    // Core 1 has a place for 32 Low inputs; the 33rd is at position 65.
    std::vector<Input> inputs;
    for (u64 i = 0; i < 100; ++i) {
        inputs.push_back({task_of(i, ByHand::IDLE, i % 2 == 0 ? Level::Normal : LOW)});
    }
    hand_.set_up(2, inputs);
    ASSERT_TRUE(hand_.plan_first());
    EXPECT_EQ(hand_.plan().input_end, 65u);
    hand_.run();
    EXPECT_EQ(ids_of(hand_.events(0), EventKind::ExternalInput).size(), 33u);
    EXPECT_EQ(ids_of(hand_.events(1), EventKind::ExternalInput).size(), 32u);
}

TEST_F(PlannerTest, cut_never_goes_back) {
    hand_.set_up(1, {for_beat(0), for_beat(0), for_beat(0)});
    ASSERT_TRUE(hand_.plan_first());
    ASSERT_EQ(hand_.plan().input_end, 3u);
    Outcome outcome = nothing_left();
    outcome.busy = true;
    outcome.input_blocked_min = 1;
    ASSERT_TRUE(plan_after(0, outcome));
    EXPECT_EQ(hand_.plan().input_end, 3u);
}

TEST_F(PlannerTest, one_cut_takes_no_more_ordered_inputs_than_their_quota) {
    std::vector<Input> inputs(100, {.task = task_of(0), .time = FAR});
    hand_.set_up(256, inputs);
    ASSERT_TRUE(hand_.plan_first());
    EXPECT_EQ(hand_.plan().input_end, 8u);
    hand_.set_up(1, inputs);
    ASSERT_TRUE(hand_.plan_first());
    EXPECT_EQ(hand_.plan().input_end, 32u);
    hand_.run();
    ASSERT_TRUE(hand_.plan_next());
    EXPECT_EQ(hand_.plan().input_end, 64u);
}

// --- what follows ----------------------------------------------------------------------------

TEST_F(PlannerTest, next_beat_starts_at_the_largest_clock) {
    hand_.set_up(1, {});
    hand_.state->beats_executed = 3;
    Outcome outcome = nothing_left(77);
    outcome.busy = true;
    ASSERT_TRUE(plan_after(5, outcome));
    EXPECT_EQ(hand_.plan().beat.raw, 6u);
    EXPECT_EQ(hand_.plan().start.raw, 77u);
    EXPECT_EQ(hand_.plan().index, 4u) << "beats executed, however many were skipped";
}

TEST_F(PlannerTest, pulse_lies_before_a_beat_of_another_epoch) {
    hand_.set_up(1, {});
    Outcome outcome = nothing_left();
    outcome.busy = true;
    for (u64 k = 0; k < 40; ++k) {
        ASSERT_TRUE(plan_after(k, outcome));
        EXPECT_EQ(hand_.plan().after_pulse, (k + 1) % 8 == 0 ? 1u : 0u) << "after beat " << k;
    }
}

TEST_F(PlannerTest, what_is_busy_on_the_way_or_cut_prevents_a_jump) {
    hand_.set_up(1, {for_beat(6), for_beat(9)});
    Outcome waiting = nothing_left();
    waiting.ordered_time_min = FAR;
    for (const u32 left : {0u, 1u, 2u}) {
        Outcome outcome = waiting;
        outcome.busy = left == 0;
        hand_.state->on_the_way = left == 1 ? 1 : 0;
        hand_.plan().input_end = left == 2 ? 0 : 1;
        ASSERT_TRUE(plan_after(5, outcome));
        EXPECT_EQ(hand_.plan().start.raw, 50u) << "case " << left;
        EXPECT_EQ(hand_.plan().beat.raw, 6u);
    }
    ASSERT_TRUE(plan_after(6, waiting));
    EXPECT_EQ(hand_.plan().start.raw, 0u + FAR);
}

TEST_F(PlannerTest, jump_goes_to_the_smallest_key_in_the_very_next_beat) {
    hand_.set_up(1, {for_beat(0), for_beat(90)});
    hand_.plan().input_end = 1;
    Outcome outcome = nothing_left();
    outcome.ordered_time_min = FAR;
    outcome.awaits_pulse = true;
    ASSERT_TRUE(plan_after(5, outcome));
    EXPECT_EQ(hand_.plan().beat.raw, 6u) << "before inputs, and before a pulse";
    EXPECT_EQ(hand_.plan().start.raw, 0u + FAR);
    EXPECT_EQ(hand_.plan().input_end, 1u);
}

TEST_F(PlannerTest, heap_whose_key_has_come_needs_no_jump) {
    hand_.set_up(1, {});
    ASSERT_TRUE(hand_.heap(0).push(task_of(0), {40, 1}));
    hand_.beat(0);
    Outcome outcome = nothing_left(50);
    outcome.ordered_time_min = 40;
    ASSERT_TRUE(plan_after(0, outcome));
    EXPECT_EQ(hand_.plan().start.raw, 50u) << "time does not go back";
    EXPECT_EQ(hand_.plan().ordered.count, 1u);
}

TEST_F(PlannerTest, run_skips_to_the_beat_of_the_next_input_and_cuts_there_again) {
    hand_.set_up(1, {for_beat(0), for_beat(90), for_beat(90), for_beat(91)});
    hand_.plan().input_end = 1;
    Outcome outcome = nothing_left();
    outcome.awaits_pulse = true;
    ASSERT_TRUE(plan_after(5, outcome));
    EXPECT_EQ(hand_.plan().beat.raw, 90u) << "rather than to the next pulse";
    EXPECT_EQ(hand_.plan().input_end, 3u);
    EXPECT_EQ(hand_.plan().start.raw, 50u) << "skipped beats take no logical time";
    EXPECT_EQ(hand_.plan().after_pulse, 1u);
    EXPECT_EQ(hand_.plan().index, 1u);
}

TEST_F(PlannerTest, skip_inside_of_an_epoch_passes_no_pulse) {
    hand_.set_up(1, {for_beat(0), for_beat(15)});
    hand_.plan().input_end = 1;
    ASSERT_TRUE(plan_after(8, nothing_left()));
    EXPECT_EQ(hand_.plan().beat.raw, 15u);
    EXPECT_EQ(hand_.plan().after_pulse, 0u);
}

TEST_F(PlannerTest, touched_state_skips_to_the_next_slot_0) {
    hand_.set_up(1, {});
    Outcome outcome = nothing_left();
    outcome.awaits_pulse = true;
    for (u64 k = 0; k < 30; ++k) {
        ASSERT_TRUE(plan_after(k, outcome));
        EXPECT_EQ(hand_.plan().beat.raw, (k / 8 + 1) * 8) << "after beat " << k;
        EXPECT_EQ(hand_.plan().after_pulse, 1u);
    }
}

TEST_F(PlannerTest, run_with_nothing_left_is_quiescent_and_stays_in_its_beat) {
    hand_.set_up(1, {for_beat(0)});
    hand_.plan().input_end = 1;
    EXPECT_FALSE(plan_after(5, nothing_left()));
    EXPECT_EQ(hand_.plan().beat.raw, 5u);
}

TEST_F(PlannerTest, time_near_its_end_ends_the_run) {
    hand_.set_up(1, {});
    Outcome outcome = nothing_left(TIMESTAMP_END - (u64{1} << 32) - 1);
    outcome.busy = true;
    EXPECT_TRUE(plan_after(0, outcome));
    outcome.clock_max += 1;
    EXPECT_DEATH(static_cast<void>(plan_after(1, outcome)), "TIMESTAMP_END");
    outcome = nothing_left(9);
    outcome.ordered_time_min = TIMESTAMP_END - 1;
    EXPECT_DEATH(static_cast<void>(plan_after(1, outcome)), "TIMESTAMP_END");
}

// --- whole runs ------------------------------------------------------------------------------

TEST_F(PlannerTest, full_heap_with_more_in_line_jumps_and_empties) {
    // At C = 256 a heap holds 32: 40 inputs for one far time need two jumps' worth of room.
    hand_.set_up(256, std::vector<Input>(40, {.task = task_of(0), .time = FAR}));
    std::vector<u64> starts;
    u64 done = 0;
    while (hand_.step()) {
        starts.push_back(hand_.plan().start.raw);
        done += ids_of(hand_.events(), EventKind::TaskExecuted).size();
        ASSERT_LT(starts.size(), 30u);
    }
    EXPECT_EQ(done, 40u);
    // 8 inputs a beat fill the heap in four; the fifth beat finds 8 more in line, and a full heap.
    EXPECT_LT(starts[4], FAR);
    EXPECT_EQ(starts[5], FAR);
}

TEST_F(PlannerTest, message_on_its_way_keeps_the_run_going_through_empty_beats) {
    const HandlerId send = hand_.handler([](TaskContext& c) { c.send(task_of(1)); });
    hand_.set_up(2, {{task_of(0, send)}, for_beat(100)});
    hand_.latency(0, 1) = 5;
    std::vector<u64> beats;
    while (hand_.step()) {
        beats.push_back(hand_.plan().beat.raw);
    }
    EXPECT_EQ(beats, (std::vector<u64>{0, 1, 2, 3, 4, 5, 100}));
}

TEST_F(PlannerTest, parked_task_keeps_the_run_going) {
    hand_.set_up(256, {for_beat(0)});
    ASSERT_TRUE(hand_.plan_first());
    for (u32 i = 0; i < 60; ++i) {
        ASSERT_TRUE(hand_.ready(0).push(task_of(0)));
    }
    ASSERT_TRUE(hand_.ready(0).park(task_of(9)));
    hand_.run();
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskExecuted).back(), 9u);
    EXPECT_FALSE(hand_.step());
}

} // namespace
} // namespace knhk
