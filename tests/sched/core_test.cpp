// SPDX-License-Identifier: MIT
// A core's beat as a whole: the order of its parts, which task runs when, what fits into its share
// of the log, and when its state is logged.
#include "sched/core.hpp"

#include <gtest/gtest.h>

#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::executed;
using test::ids_of;
using test::Input;
using test::of_kind;
using test::stateless;
using test::task_hash;
using test::task_of;

std::vector<u32> kinds_of(const std::vector<Event>& events) {
    std::vector<u32> kinds;
    for (const Event& event : events) {
        kinds.push_back(event.kind);
    }
    return kinds;
}

constexpr u32 ENQUEUED = static_cast<u32>(EventKind::TaskEnqueued);
constexpr u32 EXECUTED = static_cast<u32>(EventKind::TaskExecuted);
constexpr u32 CHANGED = static_cast<u32>(EventKind::StateChange);
constexpr u32 INPUT = static_cast<u32>(EventKind::ExternalInput);
constexpr u32 STOLEN = static_cast<u32>(EventKind::TaskStolen);

TEST(Core, input_is_logged_then_enqueued_then_executed) {
    ByHand hand;
    Task task = task_of(6, ByHand::IDLE, Level::Low);
    task.payload[2] = 3;
    hand.set_up(2, {{task}});
    const auto events = hand.beat(0);
    ASSERT_EQ(kinds_of(events), (std::vector<u32>{INPUT, ENQUEUED, EXECUTED}));
    for (u64 i = 0; i < 3; ++i) {
        EXPECT_EQ(events[i].timestamp, i + 1);
        EXPECT_EQ(events[i].task_id, 6u);
        EXPECT_EQ(events[i].core, 0u);
        EXPECT_EQ(events[i].ticks, i == 2 ? 1u : 0u);
        EXPECT_EQ(events[i].status, i == 1 ? static_cast<u32>(Level::Low) : 0u);
        EXPECT_EQ(events[i].hash, i == 2 ? test::output_hash() : task_hash(task));
    }
    EXPECT_EQ(hand.outcome.clock_max, 3u);
    EXPECT_FALSE(hand.outcome.busy);
    EXPECT_EQ(hand.core(0).clock().events, 3u);
    EXPECT_EQ(hand.core(0).clock().tasks, 1u);
}

TEST(Core, records_and_digest_are_shown_to_the_barrier) {
    ByHand hand;
    hand.set_up(2, {{task_of(1)}});
    ASSERT_TRUE(hand.heap(1).push(task_of(1), {900, 1}));
    hand.beat(0);
    const auto events = hand.events(1);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[0].core, 1u);
    EXPECT_EQ(hand.board.cores[0].event_count, 0u);
    EXPECT_EQ(hand.board.cores[0].ordered_time, NO_ORDERED_KEY.key);
    EXPECT_EQ(hand.board.cores[1].ordered_time, 900u);
    EXPECT_EQ(hand.board.cores[1].event_count, 3u);
    EXPECT_EQ(hand.board.cores[0].digest, Digest{});
    EXPECT_EQ(hand.board.cores[1].digest, xxh3_128(events.data(), 3 * sizeof(Event)));
    EXPECT_EQ(hand.outcome.clock_max, 3u) << "core 0 stands still";
}

TEST(Core, executed_record_has_the_time_and_place_of_its_start) {
    ByHand hand;
    const HandlerId spawn = hand.handler([](TaskContext& c) { c.spawn(task_of(2)); });
    hand.set_up(1, {{task_of(0, spawn)}});
    const auto events = hand.beat(0);
    ASSERT_EQ(kinds_of(events), (std::vector<u32>{INPUT, ENQUEUED, EXECUTED, ENQUEUED, EXECUTED}));
    EXPECT_EQ(events[2].task_id, 0u);
    for (u64 i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].timestamp, i + 1) << "no gaps";
    }
}

TEST(Core, records_stay_where_they_are_while_the_next_executed_beat_is_recorded) {
    ByHand hand;
    hand.set_up(1, {{task_of(0)}, {task_of(1)}, {task_of(2)}});
    u64 inputs = 0;
    for (const u64 k : {0u, 2u, 5u}) { // by how many were executed, not by the beats' numbers
        const auto before = hand.events();
        const Event* lay_at = hand.core(0).log().events();
        hand.beat(k, ++inputs);
        EXPECT_NE(hand.core(0).log().events(), lay_at);
        for (u32 i = 0; i < before.size(); ++i) {
            EXPECT_EQ(lay_at[i].task_id, before[i].task_id);
        }
    }
}

TEST(Core, beat_begins_at_the_logical_time_of_the_plan_on_every_core) {
    ByHand hand;
    hand.set_up(2, {{task_of(0)}, {.task = task_of(1), .beat = 1}});
    hand.beat(0, 1);
    EXPECT_EQ(hand.outcome.clock_max, 3u);
    hand.beat(1);
    EXPECT_EQ(hand.events(1).front().timestamp, 4u);
}

TEST(Core, parts_of_a_beat_come_in_the_order_of_the_contract) {
    ByHand hand;
    const HandlerId send = hand.handler([](TaskContext& c) { c.send(task_of(10)); });
    const HandlerId touch = hand.handler([](TaskContext& c) { c.state()[0] = std::byte{1}; });
    hand.set_up(2, {{task_of(0, send)},
                    {.task = task_of(2, touch), .time = 5},
                    {.task = task_of(4), .beat = 8}});
    hand.beat(7, 2);
    ASSERT_TRUE(hand.ready(0).push(stateless(task_of(7)))); // as the barrier leaves it
    hand.plan_by_hand(8, 3);
    hand.plan().ordered.count = 1;
    hand.plan().ordered.begin[0] = 0;
    hand.plan().ordered.end[0] = 1;
    hand.plan().ordered.rank[0] = 0;
    hand.plan().ordered.begin[1] = hand.plan().ordered.end[1] = 1;
    hand.plan().thefts.thieves = 1;
    hand.plan().thefts.tasks[0] = 1;
    hand.plan().thefts.victim[0] = 1;
    const u64 start = hand.plan().start.raw;
    hand.run();
    const auto events = hand.events();
    EXPECT_EQ(kinds_of(events), (std::vector<u32>{EXECUTED, CHANGED, STOLEN, ENQUEUED, INPUT,
                                                  ENQUEUED, EXECUTED, EXECUTED, EXECUTED}));
    for (u64 i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].timestamp, start + 1 + i);
    }
    EXPECT_EQ(ids_of(events, EventKind::TaskEnqueued), (std::vector<u64>{10, 4}));
    EXPECT_EQ(ids_of(events, EventKind::TaskExecuted), (std::vector<u64>{2, 7, 10, 4}));
}

TEST(Core, levels_are_served_high_normal_low_but_the_first_of_slot_0_is_low) {
    ByHand hand;
    hand.set_up(1, {{task_of(0, ByHand::IDLE, Level::Low)},
                    {task_of(1, ByHand::IDLE, Level::Low)},
                    {task_of(2)},
                    {task_of(3, ByHand::IDLE, Level::High)}});
    const auto events = hand.beat(8);
    EXPECT_EQ(ids_of(events, EventKind::TaskExecuted), (std::vector<u64>{0, 3, 2, 1}));
}

TEST(Core, admit_stops_at_half_of_the_log_share) {
    ByHand hand;
    hand.set_up(256, std::vector<Input>(100, {task_of(0)}));
    const auto events = hand.beat(0); // share 64, half 32, two records an input
    EXPECT_EQ(of_kind(events, EventKind::ExternalInput).size(), 16u);
    EXPECT_EQ(of_kind(events, EventKind::TaskEnqueued).size(), 16u);
    EXPECT_EQ(of_kind(events, EventKind::TaskExecuted).size(), 16u);
    EXPECT_TRUE(hand.outcome.busy);
}

TEST(Core, task_starts_only_if_eight_records_are_free) {
    ByHand hand;
    const HandlerId spawn = hand.handler([](TaskContext& c) { c.spawn(task_of(0)); });
    hand.set_up(256, std::vector<Input>(20, {task_of(0, spawn)}));
    const auto events = hand.beat(0);
    // 32 records of admit; a task and its spawn are 2, and one starts while 8 are free: at 32, 34,
    // ..., 56 used. That is 13 tasks, the last with 56 used.
    EXPECT_EQ(of_kind(events, EventKind::TaskExecuted).size(), 13u);
    EXPECT_EQ(events.size(), 58u);
}

/// So many ordered tasks, and inputs that fill admit's half, at C = 256: share 64, half 32.
std::vector<Event> beat_with_ordered(u32 ordered) {
    ByHand hand;
    hand.set_up(256, std::vector<Input>(100, {task_of(0)}));
    for (u64 i = 0; i < ordered; ++i) {
        EXPECT_TRUE(hand.heap(0).push(task_of(0), {1, i}));
    }
    hand.plan_by_hand(0, 100);
    hand.plan().ordered.count = ordered;
    hand.plan().ordered.begin[0] = 0;
    hand.plan().ordered.end[0] = static_cast<u16>(ordered);
    hand.run();
    return hand.events();
}

TEST(Core, first_task_of_a_beat_needs_eight_free_records_too) {
    EXPECT_EQ(beat_with_ordered(24).size(), 24u + 32 + 1);
    EXPECT_EQ(beat_with_ordered(25).size(), 25u + 32);
}

TEST(Core, ordered_tasks_do_not_count_towards_admits_half) {
    EXPECT_EQ(of_kind(beat_with_ordered(16), EventKind::ExternalInput).size(), 16u);
}

TEST(Core, state_change_is_logged_in_the_first_beat_after_the_pulse) {
    ByHand hand;
    const HandlerId touch = hand.handler(
        [](TaskContext& c) { c.state()[5] = std::byte{static_cast<u8>(c.payload(0))}; });
    Task task = task_of(0, touch);
    task.payload[0] = 3;
    hand.set_up(1, {{task}});
    EXPECT_TRUE(of_kind(hand.beat(0), EventKind::StateChange).empty());
    EXPECT_TRUE(hand.outcome.awaits_pulse);
    EXPECT_TRUE(hand.beat(7).empty()) << "not before the pulse";
    const auto events = hand.beat(19); // beats of the first slot may be skipped
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].kind, CHANGED);
    EXPECT_EQ(events[0].task_id, 0u);
    EXPECT_EQ(events[0].ticks + events[0].status, 0u);
    EXPECT_EQ(events[0].timestamp, 4u);
    std::vector<u8> slab(STATE_SLAB_BYTES);
    slab[5] = 3;
    EXPECT_EQ(events[0].hash, xxh3_64(slab.data(), slab.size()));
    EXPECT_FALSE(hand.outcome.awaits_pulse);
    EXPECT_TRUE(hand.beat(24).empty()) << "logged once";
}

TEST(Core, state_change_is_not_logged_in_slot_0_without_a_pulse_before_it) {
    ByHand hand;
    const HandlerId touch = hand.handler([](TaskContext& c) { c.state()[5] = std::byte{1}; });
    hand.set_up(1, {{task_of(0, touch)}});
    hand.beat(0);
    hand.plan_by_hand(8, 1);
    hand.plan().after_pulse = 0;
    hand.run();
    EXPECT_TRUE(hand.events().empty());
    EXPECT_TRUE(hand.outcome.awaits_pulse);
}

TEST(Core, state_that_was_touched_and_not_changed_leaves_no_record) {
    ByHand hand;
    const HandlerId touch = hand.handler([](TaskContext& c) { c.state()[5] = std::byte{0}; });
    hand.set_up(1, {{task_of(0, touch)}});
    hand.beat(0);
    EXPECT_TRUE(hand.outcome.awaits_pulse);
    EXPECT_TRUE(hand.beat(8).empty());
    EXPECT_FALSE(hand.outcome.awaits_pulse);
}

TEST(Core, state_that_came_back_to_what_was_logged_last_leaves_no_record) {
    ByHand hand;
    const HandlerId touch = hand.handler(
        [](TaskContext& c) { c.state()[5] = std::byte{static_cast<u8>(c.payload(0))}; });
    std::vector<Input> inputs;
    for (const u64 value : {3u, 4u, 3u, 0u}) {
        Task task = task_of(0, touch);
        task.payload[0] = value;
        inputs.push_back({task});
    }
    hand.set_up(1, inputs);
    hand.beat(0, 1);
    EXPECT_EQ(of_kind(hand.beat(8, 1), EventKind::StateChange).size(), 1u);
    hand.beat(9, 3); // 4, and 3 again
    EXPECT_TRUE(of_kind(hand.beat(16, 3), EventKind::StateChange).empty());
    hand.beat(17, 4);
    EXPECT_EQ(of_kind(hand.beat(24, 4), EventKind::StateChange).size(), 1u)
        << "zeros are compared with what was logged last, not with the beginning";
}

TEST(Core, state_that_was_only_read_does_not_count_as_touched) {
    ByHand hand;
    const HandlerId read =
        hand.handler([](TaskContext& c) { EXPECT_EQ(c.read_state().size(), STATE_SLAB_BYTES); });
    hand.set_up(1, {{task_of(0, read)}});
    hand.beat(0);
    EXPECT_FALSE(hand.outcome.awaits_pulse);
}

TEST(Core, state_is_the_cores_own_and_lasts_from_task_to_task) {
    ByHand hand;
    const HandlerId count = hand.handler([](TaskContext& c) {
        const auto state = c.state();
        EXPECT_EQ(state.size(), STATE_SLAB_BYTES);
        state[0] = std::byte(static_cast<u8>(state[0]) + 1);
        c.output(static_cast<u64>(state[0]));
    });
    hand.set_up(2, {{task_of(2, count)}, {task_of(4, count)}, {task_of(1, count)}});
    const auto events = hand.beat(0);
    EXPECT_EQ(executed(events, 2).hash, test::output_hash(1));
    EXPECT_EQ(executed(events, 4).hash, test::output_hash(2));
    EXPECT_EQ(executed(hand.events(1), 1).hash, test::output_hash(1));
}

TEST(Core, preparing_clears_what_an_earlier_run_left) {
    ByHand hand;
    const HandlerId touch = hand.handler([](TaskContext& c) { c.state()[0] = std::byte{1}; });
    hand.set_up(1, {{task_of(0, touch)}, {.task = task_of(0), .time = 50}});
    const auto first = hand.beat(0);
    ASSERT_TRUE(hand.ready(0).push(task_of(3)));
    ASSERT_TRUE(hand.ready(0).park(task_of(3)));
    hand.set_up(1, {{task_of(0, touch)}, {.task = task_of(0), .time = 50}});
    EXPECT_EQ(hand.core(0).clock().events, 0u);
    EXPECT_FALSE(hand.outcome.busy);
    EXPECT_FALSE(hand.outcome.awaits_pulse);
    EXPECT_EQ(hand.core(0).state()[0], std::byte{0});
    EXPECT_TRUE(hand.heap(0).empty());
    const auto again = hand.beat(0);
    ASSERT_EQ(again.size(), first.size());
    EXPECT_EQ(again.back().hash, first.back().hash);
}

} // namespace
} // namespace knhk
