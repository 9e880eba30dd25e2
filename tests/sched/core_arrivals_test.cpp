// SPDX-License-Identifier: MIT
// How tasks come to a core: the four lines and their order, admit, credits, the quotas of inputs,
// and what a thief records.
#include "sched/core.hpp"

#include <gtest/gtest.h>

#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::ids_of;
using test::Input;
using test::of_kind;
using test::stateless;
using test::task_hash;
using test::task_of;

constexpr Level HIGH = Level::High;
constexpr Level LOW = Level::Low;
constexpr u64 FAR = 1'000'000;

Task at_level(u64 id, Level level) {
    return task_of(id, ByHand::IDLE, level);
}

/// A run whose handler emits what `outbox` says, by the task's payload.
class CoreArrivals : public testing::Test {
  protected:
    HandlerId sender(std::vector<Task> tasks) {
        return hand_.handler([tasks](TaskContext& c) {
            for (const Task& task : tasks) {
                EXPECT_EQ(c.send(task), TaskStatus::Ok);
            }
        });
    }
    HandlerId order_at(u64 id, u64 time) {
        return hand_.handler([=](TaskContext& c) {
            EXPECT_EQ(c.enqueue_ordered(task_of(id), Timestamp{time}), TaskStatus::Ok);
        });
    }
    ByHand hand_;
};

TEST_F(CoreArrivals, messages_come_before_inputs_of_the_same_beat_whatever_their_levels) {
    const HandlerId send = sender({at_level(1000, LOW)});
    hand_.set_up(1, {{task_of(0, send)}, {at_level(1, HIGH)}});
    hand_.beat(0, 1);
    EXPECT_EQ(ids_of(hand_.beat(1, 2), EventKind::TaskEnqueued), (std::vector<u64>{1000, 1}));
}

TEST_F(CoreArrivals, messages_are_lined_up_by_timestamp_then_source) {
    // Both cores send at their times 4 and 5.
    const HandlerId of_1 = sender({at_level(100, LOW), at_level(104, LOW)});
    const HandlerId of_2 = sender({at_level(200, HIGH), at_level(204, HIGH)});
    hand_.set_up(4, {{task_of(2, of_2)}, {task_of(1, of_1)}});
    hand_.beat(0);
    EXPECT_EQ(ids_of(hand_.beat(1), EventKind::TaskEnqueued),
              (std::vector<u64>{100, 200, 104, 204}));
}

TEST_F(CoreArrivals, arrival_that_waited_is_admitted_before_newer_ones_of_other_levels) {
    // At C = 256 a beat admits 16 inputs: 17 Low ones leave one waiting.
    std::vector<Input> inputs;
    for (u64 i = 0; i < 18; ++i) {
        inputs.push_back({at_level(256 * i, i == 17 ? HIGH : LOW)});
    }
    hand_.set_up(256, inputs);
    EXPECT_EQ(ids_of(hand_.beat(0, 17), EventKind::TaskEnqueued).size(), 16u);
    EXPECT_EQ(ids_of(hand_.beat(1, 18), EventKind::TaskEnqueued),
              (std::vector<u64>{256 * 16, 256 * 17}));
}

TEST_F(CoreArrivals, input_that_waited_is_admitted_before_newer_messages) {
    std::vector<Input> inputs(17, {at_level(0, LOW)});
    inputs[16].task.id = 512;
    inputs[0].task.handler = sender({at_level(256, HIGH)});
    hand_.set_up(256, inputs);
    hand_.beat(0);
    EXPECT_EQ(ids_of(hand_.beat(1), EventKind::TaskEnqueued), (std::vector<u64>{512, 256}));
}

TEST_F(CoreArrivals, ordered_request_has_a_line_of_its_own_and_its_enqueued_record_says_3) {
    hand_.set_up(1, {{.task = at_level(5, HIGH), .time = FAR}, {at_level(6, LOW)}});
    const auto events = hand_.beat(0);
    ASSERT_EQ(events.size(), 5u);
    EXPECT_EQ(events[0].kind, static_cast<u8>(EventKind::ExternalInput));
    EXPECT_EQ(events[0].status, 0u);
    EXPECT_EQ(events[1].kind, static_cast<u8>(EventKind::TaskEnqueued));
    EXPECT_EQ(events[1].status, ORDERED_LEVEL);
    EXPECT_EQ(events[1].hash, task_hash(hand_.inputs()[0].task));
    EXPECT_EQ(events[3].status, static_cast<u8>(LOW));
    EXPECT_EQ(ids_of(events, EventKind::TaskExecuted), std::vector<u64>{6});
    EXPECT_EQ(hand_.outcome.ordered_time_min, FAR);
    EXPECT_FALSE(hand_.outcome.busy) << "what is in the heap waits for its time";
}

TEST_F(CoreArrivals, ordered_message_keeps_the_time_that_it_asked_for) {
    const HandlerId order = order_at(1, FAR);
    hand_.set_up(2, {{task_of(0, order)}});
    hand_.beat(0);
    EXPECT_EQ(hand_.outcome.sent, 1u);
    hand_.beat(1);
    EXPECT_EQ(hand_.core(1).ordered_key(0), (OrderedKey{FAR, 5})) << "4 was the message's";
    EXPECT_EQ(hand_.events(1)[0].status, ORDERED_LEVEL);
}

TEST_F(CoreArrivals, late_ordered_request_gets_the_time_of_its_arrival) {
    hand_.set_up(1, {{.task = task_of(0), .time = 1},
                     {.task = task_of(1), .time = 4},
                     {.task = task_of(2), .time = 7}});
    hand_.beat(0);
    EXPECT_EQ(hand_.core(0).ordered_key(0), (OrderedKey{2, 2}));
    EXPECT_EQ(hand_.core(0).ordered_key(1), (OrderedKey{4, 4}));
    EXPECT_EQ(hand_.core(0).ordered_key(2), (OrderedKey{7, 6}));
    EXPECT_EQ(hand_.core(0).ordered_key(3), NO_ORDERED_KEY);
}

TEST_F(CoreArrivals, full_ring_blocks_its_own_line_alone) {
    hand_.set_up(
        1,
        {{at_level(1, LOW)}, {at_level(2, HIGH)}, {task_of(3)}, {.task = task_of(4), .time = FAR}});
    for (u32 i = 0; i < RING_CAPACITY[2]; ++i) {
        ASSERT_TRUE(hand_.ready(0).push(at_level(9, LOW)));
    }
    EXPECT_EQ(ids_of(hand_.beat(1), EventKind::TaskEnqueued), (std::vector<u64>{2, 3, 4}));
    EXPECT_TRUE(hand_.outcome.busy);
    EXPECT_EQ(ids_of(hand_.beat(2), EventKind::TaskEnqueued), std::vector<u64>{1});
}

TEST_F(CoreArrivals, arrivals_may_use_the_last_quarter_of_a_ring) {
    hand_.set_up(1, {{at_level(1, LOW)}});
    for (u32 i = 0; i + 1 < RING_CAPACITY[2]; ++i) {
        ASSERT_TRUE(hand_.ready(0).push(at_level(9, LOW)));
    }
    EXPECT_EQ(ids_of(hand_.beat(1), EventKind::TaskEnqueued), std::vector<u64>{1});
}

TEST_F(CoreArrivals, full_heap_blocks_the_ordered_line_alone_and_leaves_nothing_to_do) {
    hand_.set_up(256, {{.task = task_of(256), .time = FAR}, {task_of(512)}});
    for (u64 i = 0; i < 32; ++i) {
        ASSERT_TRUE(hand_.heap(0).push(task_of(0), {FAR, i}));
    }
    EXPECT_EQ(ids_of(hand_.beat(0), EventKind::TaskEnqueued), std::vector<u64>{512});
    EXPECT_FALSE(hand_.outcome.busy) << "it must not prevent the jump that makes room";
    static_cast<void>(hand_.heap(0).pop());
    EXPECT_EQ(ids_of(hand_.beat(1), EventKind::TaskEnqueued), std::vector<u64>{256});
}

TEST_F(CoreArrivals, ordered_line_whose_heap_has_room_is_something_left) {
    // Admit's 32 records at C = 256 take 16 inputs; the ordered one is the 17th.
    std::vector<Input> inputs(16, {task_of(0)});
    inputs.push_back({.task = task_of(256), .time = FAR});
    hand_.set_up(256, inputs);
    hand_.beat(0);
    EXPECT_TRUE(hand_.ready(0).empty());
    EXPECT_TRUE(hand_.outcome.busy);
    EXPECT_EQ(ids_of(hand_.beat(1), EventKind::TaskEnqueued), std::vector<u64>{256});
    EXPECT_FALSE(hand_.outcome.busy);
}

TEST_F(CoreArrivals, line_of_any_level_that_admit_could_not_empty_is_something_left) {
    for (const Level level : {HIGH, Level::Normal, LOW}) {
        hand_.set_up(256, std::vector<Input>(17, {at_level(0, level)}));
        hand_.beat(0);
        EXPECT_TRUE(hand_.ready(0).empty());
        EXPECT_TRUE(hand_.outcome.busy) << "level " << u32(level);
        hand_.beat(1);
        EXPECT_FALSE(hand_.outcome.busy);
    }
}

TEST_F(CoreArrivals, message_is_admitted_with_the_last_record_of_admits_half) {
    // Five tasks of core 1 send 7 each; at C = 256 core 0 admits 32 of these 35.
    const HandlerId send = sender(std::vector<Task>(7, task_of(0)));
    hand_.set_up(256, std::vector<Input>(5, {task_of(1, send)}));
    hand_.beat(0);
    EXPECT_EQ(of_kind(hand_.beat(1), EventKind::TaskEnqueued).size(), 32u);
    EXPECT_EQ(of_kind(hand_.beat(2), EventKind::TaskEnqueued).size(), 3u);
}

TEST_F(CoreArrivals, places_of_inputs_are_used_again) {
    hand_.set_up(1, std::vector<Input>(1000, {task_of(0)}));
    u64 entered = 0;
    for (u64 k = 0; entered < 1000; ++k) {
        ASSERT_LT(k, 20u);
        entered += of_kind(hand_.beat(k), EventKind::ExternalInput).size();
    }
}

TEST_F(CoreArrivals, input_is_not_admitted_when_only_one_of_its_two_records_fits) {
    // At C = 256 admit has 32 records; the state change takes one, 15 inputs take 30.
    const HandlerId touch = hand_.handler([](TaskContext& c) { c.state()[0] = std::byte{1}; });
    std::vector<Input> inputs(40, {task_of(0)});
    inputs[0].task.handler = touch;
    hand_.set_up(256, inputs);
    hand_.beat(0, 1);
    const auto events = hand_.beat(8);
    EXPECT_EQ(of_kind(events, EventKind::StateChange).size(), 1u);
    EXPECT_EQ(of_kind(events, EventKind::ExternalInput).size(), 15u);
    EXPECT_EQ(of_kind(events, EventKind::TaskEnqueued).size(), 15u);
}

TEST_F(CoreArrivals, admit_is_over_at_an_input_that_does_not_fit_though_a_message_would) {
    // One message, 15 inputs: 31 records. The next input needs two; the message behind it, which
    // would need one, is newer.
    std::vector<Input> inputs(17, {task_of(0)});
    inputs[0].task.handler = sender({at_level(256, HIGH)});
    inputs.push_back({task_of(257, sender({at_level(512, HIGH)}))});
    hand_.set_up(256, inputs);
    hand_.beat(0, 1); // core 0 sends
    hand_.plan_by_hand(1, 18);
    hand_.run(); // core 1 sends, core 0 admits
    EXPECT_EQ(of_kind(hand_.events(), EventKind::ExternalInput).size(), 15u);
    EXPECT_EQ(of_kind(hand_.events(), EventKind::TaskEnqueued).size(), 16u);
    EXPECT_EQ(ids_of(hand_.beat(2), EventKind::TaskEnqueued), (std::vector<u64>{0, 512}));
}

TEST_F(CoreArrivals, message_travels_its_latency_and_is_counted_at_both_ends) {
    const HandlerId send = sender({task_of(1)});
    hand_.set_up(2, {{task_of(0, send)}});
    hand_.latency(0, 1) = 3;
    hand_.latency(1, 0) = 2;
    hand_.beat(0);
    EXPECT_EQ(hand_.outcome.sent, 1u);
    EXPECT_EQ(hand_.outcome.lined_up, 0u);
    EXPECT_EQ(hand_.state->on_the_way, 1u);
    for (u64 k = 1; k < 3; ++k) {
        hand_.beat(k);
        EXPECT_TRUE(hand_.events(1).empty());
        EXPECT_EQ(hand_.state->on_the_way, 1u);
    }
    hand_.beat(3);
    EXPECT_EQ(ids_of(hand_.events(1), EventKind::TaskExecuted), std::vector<u64>{1});
    EXPECT_EQ(hand_.outcome.sent, 0u);
    EXPECT_EQ(hand_.outcome.lined_up, 1u);
    EXPECT_EQ(hand_.state->on_the_way, 0u);
}

TEST_F(CoreArrivals, credit_comes_back_in_the_next_executed_beat_when_beats_are_skipped) {
    const HandlerId send = sender({task_of(0)});
    hand_.set_up(1, {{task_of(0, send)}});
    const auto& box = hand_.box(0);
    hand_.beat(0);
    EXPECT_EQ(box.outbox.used[0], 1u);
    hand_.beat(1); // the message enters the ring
    EXPECT_EQ(box.outbox.used[0], 1u);
    hand_.beat(9);
    EXPECT_EQ(box.outbox.used[0], 0u);
    hand_.beat(17);
    EXPECT_EQ(box.freed[0][0] + box.freed[1][0], 0);
}

TEST_F(CoreArrivals, message_that_waits_in_a_line_keeps_its_credit) {
    const HandlerId send = sender({at_level(1, LOW)});
    hand_.set_up(2, {{task_of(0, send)}});
    hand_.beat(0);
    for (u32 i = 0; i < RING_CAPACITY[2]; ++i) {
        ASSERT_TRUE(hand_.ready(1).push(at_level(9, LOW)));
    }
    hand_.beat(1);
    EXPECT_EQ(hand_.outcome.lined_up, 1u);
    hand_.beat(2); // the ring was full at 1: it enters now
    EXPECT_EQ(hand_.outcome.lined_up, 0u);
    EXPECT_EQ(hand_.box(0).outbox.used[0], 1u);
    hand_.beat(3);
    EXPECT_EQ(hand_.box(0).outbox.used[0], 0u);
}

// --- inputs ----------------------------------------------------------------------------------

TEST_F(CoreArrivals, inputs_wait_up_to_the_quota_of_their_line) {
    struct Case {
        u32 cores;
        Level level;
        u64 time;
        u64 quota;
    };
    for (const Case& c :
         {Case{1, HIGH, NOT_ORDERED, 64}, Case{1, Level::Normal, NOT_ORDERED, 128},
          Case{1, LOW, NOT_ORDERED, 32}, Case{1, HIGH, FAR, 32}, Case{64, LOW, FAR, 32},
          Case{128, LOW, FAR, 16}, Case{256, LOW, FAR, 8}}) {
        hand_.set_up(c.cores,
                     std::vector<Input>(300, {.task = at_level(0, c.level), .time = c.time}));
        EXPECT_EQ(hand_.outcome.input_blocked_min, c.quota) << "level " << u32(c.level);
        hand_.beat(0);
        const u64 entered = of_kind(hand_.events(), EventKind::ExternalInput).size();
        EXPECT_EQ(hand_.outcome.input_blocked_min, c.quota + entered) << "those left the line";
    }
}

TEST_F(CoreArrivals, inputs_that_wait_in_a_blocked_line_count_until_they_enter_the_ring) {
    hand_.set_up(1, std::vector<Input>(100, {at_level(0, LOW)}));
    for (u32 i = 0; i < RING_CAPACITY[2]; ++i) {
        ASSERT_TRUE(hand_.ready(0).push(at_level(9, LOW)));
    }
    hand_.beat(0);
    EXPECT_EQ(hand_.outcome.input_blocked_min, 32u) << "cut, and not in the ring";
    hand_.beat(1);
    EXPECT_EQ(hand_.outcome.input_blocked_min, 64u);
}

TEST_F(CoreArrivals, input_that_does_not_fit_stops_its_core_and_no_other) {
    std::vector<Input> inputs(33, {at_level(0, LOW)});
    inputs.push_back({task_of(1)});
    inputs.push_back({at_level(0, HIGH)});
    hand_.set_up(2, inputs);
    EXPECT_EQ(hand_.outcome.input_blocked_min, 32u);
    EXPECT_FALSE(hand_.box(1).staged.head.none());
    EXPECT_EQ(hand_.box(0).inputs_held[0], 0u) << "in order: not even of another line";
    EXPECT_EQ(hand_.box(0).inputs_held[2], 32u);
}

TEST_F(CoreArrivals, inputs_at_or_behind_the_end_of_the_cut_stay_staged) {
    hand_.set_up(1, {{task_of(0)}, {task_of(1)}, {task_of(2)}});
    EXPECT_EQ(ids_of(hand_.beat(0, 2), EventKind::ExternalInput), (std::vector<u64>{0, 1}));
    EXPECT_EQ(ids_of(hand_.beat(1, 3), EventKind::ExternalInput), std::vector<u64>{2});
    EXPECT_EQ(hand_.outcome.input_blocked_min, 3u) << "the count, when none is left";
}

TEST_F(CoreArrivals, inputs_that_became_known_between_beats_are_staged) {
    hand_.describe(1, {{task_of(0)}, {task_of(1)}});
    hand_.setup.input_count = 1;
    EXPECT_EQ(hand_.core(0).prepare().input_blocked, 1u);
    hand_.setup.input_count = 2;
    EXPECT_EQ(hand_.core(0).stage().input_blocked, 2u);
    EXPECT_EQ(hand_.box(0).inputs_held[1], 2u) << "each is staged once";
}

TEST_F(CoreArrivals, input_that_could_not_be_spawned_is_named) {
    EXPECT_DEATH(hand_.set_up(1, {{task_of(0)}, {task_of(0, ByHand::NONE)}}),
                 "each input.*found 1");
}

TEST_F(CoreArrivals, input_may_be_ordered_for_2_to_the_62_and_not_later) {
    hand_.set_up(1, {{.task = task_of(0), .time = u64{1} << 62}});
    EXPECT_EQ(hand_.outcome.input_blocked_min, 1u);
    EXPECT_DEATH(hand_.set_up(1, {{.task = task_of(0), .time = (u64{1} << 62) + 1}}),
                 "each input.*found 0");
}

// --- thefts ----------------------------------------------------------------------------------

TEST_F(CoreArrivals, thief_records_what_it_stole_in_order_and_then_runs_it) {
    hand_.set_up(4, {{task_of(2)}});
    const Task stolen[] = {stateless(task_of(9)), stateless(task_of(5)), stateless(task_of(13))};
    for (const Task& task : stolen) {
        ASSERT_TRUE(hand_.ready(2).push(task));
    }
    hand_.plan_by_hand(3, 1);
    hand_.plan().thefts.thieves = 1;
    hand_.plan().thefts.tasks[2] = 2; // the third came otherwise
    hand_.plan().thefts.victim[2] = 3;
    hand_.plan().thefts.tasks[0] = 0;
    hand_.run();
    EXPECT_TRUE(hand_.events(0).empty());
    const auto events = hand_.events(2);
    ASSERT_EQ(events.size(), 2u + 2 + 4);
    for (u32 i = 0; i < 2; ++i) {
        EXPECT_EQ(events[i].kind, static_cast<u8>(EventKind::TaskStolen));
        EXPECT_EQ(events[i].timestamp, i + 1);
        EXPECT_EQ(events[i].task_id, stolen[i].id);
        EXPECT_EQ(events[i].hash, task_hash(stolen[i]));
        EXPECT_EQ(events[i].ticks, 3u) << "the victim";
        EXPECT_EQ(events[i].core, 2u);
        EXPECT_EQ(events[i].status, static_cast<u8>(Level::Normal));
    }
    EXPECT_EQ(ids_of(events, EventKind::TaskExecuted), (std::vector<u64>{9, 5, 13, 2}));
}

TEST_F(CoreArrivals, beat_without_thieves_ignores_what_an_earlier_plan_left) {
    hand_.set_up(1, {});
    ASSERT_TRUE(hand_.ready(0).push(task_of(0)));
    hand_.plan().thefts.tasks[0] = 1;
    EXPECT_TRUE(of_kind(hand_.beat(0), EventKind::TaskStolen).empty());
}

TEST_F(CoreArrivals, core_is_idle_if_its_rings_and_all_four_lines_hold_nothing) {
    hand_.set_up(1, {});
    EXPECT_TRUE(hand_.core(0).load().idle);
    EXPECT_EQ(hand_.core(0).load().spare, 0u);
    for (u32 line = 0; line < LINE_COUNT; ++line) {
        hand_.box(0).lines[line].head = NodeRef::of(0, 1);
        EXPECT_FALSE(hand_.core(0).load().idle) << "line " << line;
        hand_.box(0).lines[line].head = NodeRef{0};
    }
    ASSERT_TRUE(hand_.ready(0).park(task_of(0)));
    EXPECT_FALSE(hand_.core(0).load().idle);
    EXPECT_NE(hand_.ready(0).take_warm().task, nullptr);
    ASSERT_TRUE(hand_.heap(0).push(task_of(0), {1, 1}));
    EXPECT_TRUE(hand_.core(0).load().idle) << "its heap does not matter";
    for (u32 i = 0; i < 3; ++i) {
        ASSERT_TRUE(hand_.ready(0).push(stateless(task_of(0))));
    }
    EXPECT_FALSE(hand_.core(0).load().idle);
    EXPECT_EQ(hand_.core(0).load().spare, 3u);
}

TEST_F(CoreArrivals, loads_are_shown_if_the_run_steals) {
    hand_.set_up(2, {{task_of(1)}});
    hand_.beat(0);
    EXPECT_FALSE(hand_.board.cores[0].load.idle);
    hand_.setup.stealing = true;
    hand_.beat(1);
    EXPECT_TRUE(hand_.board.cores[0].load.idle);
}

} // namespace
} // namespace knhk
