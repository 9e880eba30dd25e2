// SPDX-License-Identifier: MIT
// What tasks emit: spawned, sent and ordered, at home and away, and what is refused for want of
// room; random numbers.
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
using test::output_hash;
using test::task_hash;
using test::task_of;

constexpr Level LOW = Level::Low;
constexpr u64 FAR = 1'000'000;
constexpr u64 TIME_MAX = u64{1} << 62;

class CoreEmission : public testing::Test {
  protected:
    /// Core 0's records of beat 0, in which an input with this handler runs at time 3.
    std::vector<Event> run(u32 cores, ByHand::Body body, u32 inputs = 1) {
        const HandlerId handler = hand_.handler(std::move(body));
        hand_.set_up(cores, std::vector<Input>(inputs, {task_of(0, handler)}));
        return hand_.beat(0);
    }
    static u32 ended_with(const std::vector<Event>& events, TaskStatus status) {
        u32 count = 0;
        for (const Event& event : of_kind(events, EventKind::TaskExecuted)) {
            count += event.status == static_cast<u8>(status) ? 1u : 0;
        }
        return count;
    }
    ByHand hand_;
};

TEST_F(CoreEmission, spawn_at_home_enters_the_ring_at_once) {
    const Task low = task_of(4, ByHand::IDLE, LOW);
    const auto events = run(2, [&](TaskContext& c) { EXPECT_EQ(c.spawn(low), TaskStatus::Ok); });
    ASSERT_EQ(events.size(), 5u);
    EXPECT_EQ(events[3].kind, static_cast<u8>(EventKind::TaskEnqueued));
    EXPECT_EQ(events[3].timestamp, 4u);
    EXPECT_EQ(events[3].hash, task_hash(low));
    EXPECT_EQ(events[3].status, static_cast<u8>(LOW));
    EXPECT_EQ(events[4].task_id, 4u);
    EXPECT_EQ(hand_.outcome.sent, 0u);
    EXPECT_EQ(hand_.core(0).clock().remote_messages, 0u);
}

TEST_F(CoreEmission, spawn_away_is_a_message_with_a_time_and_no_record) {
    const auto events =
        run(2, [](TaskContext& c) { EXPECT_EQ(c.spawn(task_of(1)), TaskStatus::Ok); });
    EXPECT_EQ(events.size(), 3u);
    EXPECT_EQ(hand_.outcome.clock_max, 4u);
    EXPECT_EQ(hand_.outcome.sent, 1u);
    EXPECT_EQ(hand_.core(0).clock().remote_messages, 1u);
    EXPECT_EQ(hand_.box(0).nodes[0].order, 4u);
    hand_.beat(1);
    EXPECT_EQ(ids_of(hand_.events(1), EventKind::TaskExecuted), std::vector<u64>{1});
}

TEST_F(CoreEmission, send_to_oneself_arrives_in_a_later_beat_and_takes_time_now) {
    EXPECT_EQ(run(1, [](TaskContext& c) { c.send(task_of(7)); }).size(), 3u);
    EXPECT_EQ(hand_.outcome.clock_max, 4u);
    EXPECT_EQ(hand_.outcome.sent, 1u);
    EXPECT_EQ(hand_.core(0).clock().remote_messages, 0u) << "not remote";
    const auto events = hand_.beat(1);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].timestamp, 5u);
    EXPECT_EQ(hand_.outcome.lined_up, 1u);
}

TEST_F(CoreEmission, order_at_home_enters_the_heap_at_once_with_the_time_that_it_asks_for) {
    const Task ordered = task_of(4, ByHand::IDLE, LOW);
    const auto events = run(2, [&](TaskContext& c) {
        EXPECT_EQ(c.enqueue_ordered(ordered, Timestamp{FAR}), TaskStatus::Ok);
    });
    ASSERT_EQ(events.size(), 4u);
    EXPECT_EQ(events[3].kind, static_cast<u8>(EventKind::TaskEnqueued));
    EXPECT_EQ(events[3].status, ORDERED_LEVEL);
    EXPECT_EQ(events[3].hash, task_hash(ordered));
    EXPECT_EQ(hand_.core(0).ordered_key(0), (OrderedKey{FAR, 4}));
    EXPECT_EQ(hand_.outcome.sent, 0u);
}

TEST_F(CoreEmission, late_order_at_home_gets_the_time_of_its_own_record) {
    for (const u64 time : {0u, 3u, 4u, 5u}) {
        run(1, [=](TaskContext& c) { c.enqueue_ordered(task_of(0), Timestamp{time}); });
        EXPECT_EQ(hand_.core(0).ordered_key(0), (OrderedKey{time == 5 ? 5u : 4u, 4})) << time;
    }
}

TEST_F(CoreEmission, order_away_is_a_message_for_the_ordered_line) {
    const auto events = run(2, [](TaskContext& c) {
        EXPECT_EQ(c.enqueue_ordered(task_of(1), Timestamp{FAR}), TaskStatus::Ok);
    });
    EXPECT_EQ(events.size(), 3u);
    EXPECT_EQ(hand_.outcome.clock_max, 4u);
    EXPECT_EQ(hand_.box(0).nodes[0].line, ORDERED_LINE);
    EXPECT_EQ(hand_.box(0).nodes[0].time, FAR);
    hand_.beat(1);
    EXPECT_EQ(hand_.core(1).ordered_key(0).key, FAR);
}

TEST_F(CoreEmission, order_for_2_to_the_62_is_accepted_and_for_one_later_refused) {
    for (const u64 home : {0u, 1u}) {
        const auto events = run(2, [=](TaskContext& c) {
            EXPECT_EQ(c.enqueue_ordered(task_of(home), Timestamp{TIME_MAX}), TaskStatus::Ok);
        });
        EXPECT_EQ(ended_with(events, TaskStatus::Ok), 1u);
        const auto refused = run(2, [=](TaskContext& c) {
            EXPECT_EQ(c.enqueue_ordered(task_of(home), Timestamp{TIME_MAX + 1}),
                      TaskStatus::InvalidTimestamp);
        });
        EXPECT_EQ(ended_with(refused, TaskStatus::InvalidTimestamp), 1u);
        EXPECT_EQ(hand_.outcome.clock_max, 3u) << "it took no time";
        EXPECT_EQ(hand_.outcome.sent, 0u);
        EXPECT_EQ(hand_.outcome.ordered_time_min, NO_ORDERED_KEY.key);
    }
}

TEST_F(CoreEmission, invalid_task_is_refused_without_a_record_and_without_time) {
    std::vector<Task> invalid(9, task_of(0));
    invalid[0].handler = ByHand::NONE;
    invalid[1].level = static_cast<Level>(3);
    invalid[2].handler = HANDLERS_MAX;
    invalid[3].guards[7] = 1;
    invalid[4].reserved[1] = 1;
    invalid[5].flags = TASK_ROWS;
    invalid[6].budget_ticks = 9;
    invalid[7].guard_count = 9;
    invalid[8].guard_count = 1;
    invalid[8].guards[0] = GUARD_IDS;
    for (const Task& task : invalid) {
        const auto events = run(1, [&](TaskContext& c) {
            EXPECT_EQ(c.spawn(task), TaskStatus::InvalidTask);
            EXPECT_EQ(c.send(task), TaskStatus::InvalidTask);
            EXPECT_EQ(c.enqueue_ordered(task, Timestamp{1}), TaskStatus::InvalidTask);
        });
        ASSERT_EQ(events.size(), 3u);
        EXPECT_EQ(events[2].status, static_cast<u8>(TaskStatus::InvalidTask));
        EXPECT_EQ(events[2].ticks, 4u);
        EXPECT_EQ(hand_.outcome.clock_max, 3u);
    }
}

TEST_F(CoreEmission, spawn_leaves_a_quarter_of_the_ring_to_arrivals) {
    // Twenty floods of 7 Low tasks into a Low ring of 128: 96 fit, and Low waits for Normal.
    const auto events = run(
        1,
        [](TaskContext& c) {
            for (u32 i = 0; i < EMISSIONS_MAX; ++i) {
                c.spawn(task_of(0, ByHand::IDLE, LOW));
            }
        },
        20);
    u32 enqueued_low = 0;
    for (const Event& event : of_kind(events, EventKind::TaskEnqueued)) {
        enqueued_low += event.status == static_cast<u8>(LOW) ? 1u : 0;
    }
    EXPECT_EQ(enqueued_low, 96u);
    EXPECT_EQ(ended_with(events, TaskStatus::QueueFull), 7u)
        << "the 14th flood is refused in part, 15 to 20 as a whole";
    for (u64 i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].timestamp, i + 1) << "a refused call takes no time";
    }
}

TEST_F(CoreEmission, heap_is_used_in_full_and_then_refuses) {
    // At C = 256 a heap holds 32; five tasks order 7 each, and nothing of it is for arrivals.
    const auto events = run(
        256,
        [](TaskContext& c) {
            for (u32 i = 0; i < EMISSIONS_MAX; ++i) {
                c.enqueue_ordered(task_of(0), Timestamp{FAR});
            }
        },
        4);
    EXPECT_EQ(ended_with(events, TaskStatus::Ok), 4u);
    for (u32 i = 0; i < 3; ++i) {
        ASSERT_TRUE(hand_.heap(0).push(task_of(0), {FAR, i}));
    }
    std::vector<TaskStatus> statuses;
    run(256, [&](TaskContext& c) {
        for (u32 i = 0; i < 31; ++i) {
            ASSERT_TRUE(hand_.heap(0).push(task_of(0), {FAR, i}));
        }
        statuses.push_back(c.enqueue_ordered(task_of(0), Timestamp{FAR}));
        statuses.push_back(c.enqueue_ordered(task_of(0), Timestamp{FAR}));
    });
    EXPECT_EQ(statuses, (std::vector<TaskStatus>{TaskStatus::Ok, TaskStatus::QueueFull}));
    EXPECT_EQ(hand_.outcome.clock_max, 4u) << "the refused one took no time";
}

TEST_F(CoreEmission, full_outbox_refuses_without_taking_time) {
    const auto events = run(
        2,
        [](TaskContext& c) {
            for (u32 i = 0; i < EMISSIONS_MAX; ++i) {
                c.spawn(task_of(1));
            }
        },
        40); // 7 messages each, 256 credits
    EXPECT_EQ(hand_.outcome.sent, OUTBOX_CAPACITY);
    EXPECT_EQ(hand_.outcome.clock_max, events.size() + OUTBOX_CAPACITY);
    EXPECT_EQ(hand_.core(0).clock().remote_messages, OUTBOX_CAPACITY);
    EXPECT_EQ(ended_with(events, TaskStatus::QueueFull), 4u)
        << "256 = 36 * 7 + 4: the 37th in part, 38 to 40 as a whole";
}

TEST_F(CoreEmission, random_numbers_are_those_of_seed_task_time_and_count) {
    const HandlerId draw = hand_.handler([](TaskContext& c) {
        const u64 first = c.random();
        c.output(first, c.random(), c.now().raw);
    });
    hand_.set_up(1, {{task_of(8)}, {task_of(9, draw)}});
    const Event drawn = executed(hand_.beat(0), 9);
    u64 output[2] = {};
    for (u64 n = 0; n < 2; ++n) {
        const u64 words[4] = {hand_.setup.seed, 9, drawn.timestamp, n};
        output[n] = xxh3_64(words, sizeof words);
    }
    EXPECT_EQ(drawn.timestamp, 6u);
    EXPECT_EQ(drawn.hash, output_hash(output[0], output[1], 6));
    EXPECT_EQ(drawn.ticks, 4u);
}

TEST_F(CoreEmission, context_tells_the_task_its_core_and_the_workload) {
    Task task = task_of(6);
    task.payload[3] = 44;
    task.handler = hand_.handler([this](TaskContext& c) {
        EXPECT_EQ(c.core(), CoreId{2});
        EXPECT_EQ(c.cores(), 4u);
        EXPECT_EQ(c.payload(3), 44u);
        EXPECT_EQ(c.task().id, 6u);
        EXPECT_EQ(c.workload().data, &hand_);
    });
    hand_.set_up(4, {{task}});
    hand_.beat(0);
    EXPECT_EQ(of_kind(hand_.events(2), EventKind::TaskExecuted).size(), 1u);
}

TEST_F(CoreEmission, payload_word_that_does_not_exist_is_a_bug) {
    hand_.set_up(1, {});
    const Task task = task_of(0);
    TaskContext context;
    context.enter(hand_.core(0), RunMode::Hot);
    context.begin<RunMode::Hot>(task, Timestamp{1});
    EXPECT_EQ(context.payload(PAYLOAD_WORDS - 1), 0u);
    EXPECT_DEATH(static_cast<void>(context.payload(PAYLOAD_WORDS)), "PAYLOAD_WORDS");
}

} // namespace
} // namespace knhk
