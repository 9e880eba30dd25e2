// SPDX-License-Identifier: MIT
// The ordered part of a beat, and the guards of a task that runs.
#include "sched/core.hpp"

#include <gtest/gtest.h>

#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::executed;
using test::ids_of;
using test::of_kind;
using test::output_hash;
using test::stateless;
using test::task_of;

constexpr u64 FAR = 1'000'000;

/// A run that begins at G = 100 with X made of these cores' entries, in this order. The j-th has
/// the id core + 64 j.
class OrderedPart : public testing::Test {
  protected:
    void run(u32 cores, const std::vector<u32>& order, HandlerId handler = ByHand::IDLE) {
        hand_.set_up(cores, {});
        hand_.plan_by_hand(0, 0);
        hand_.plan().start = Timestamp{100};
        Selection& x = hand_.plan().ordered;
        x.count = static_cast<u32>(order.size());
        u16 at = 0;
        for (u32 core = 0; core < cores; ++core) {
            x.begin[core] = at;
            for (u32 j = 0; j < order.size(); ++j) {
                if (order[j] == core) {
                    x.rank[at++] = static_cast<u16>(j);
                    Task task = task_of(core + 64 * j, handler);
                    task.payload[0] = j;
                    EXPECT_TRUE(hand_.heap(core).push(task, {10, j}));
                }
            }
            x.end[core] = at;
        }
        hand_.run();
    }
    ByHand hand_;
};

TEST_F(OrderedPart, entry_j_runs_at_g_plus_1_plus_j_on_its_core) {
    run(4, {2, 0, 2, 3, 0});
    const std::vector<std::vector<u64>> expected = {{102, 105}, {}, {101, 103}, {104}};
    for (u32 core = 0; core < 4; ++core) {
        const auto events = hand_.events(core);
        ASSERT_EQ(events.size(), expected[core].size()) << "core " << core;
        for (u32 i = 0; i < events.size(); ++i) {
            EXPECT_EQ(events[i].kind, static_cast<u8>(EventKind::TaskExecuted));
            EXPECT_EQ(events[i].timestamp, expected[core][i]);
            EXPECT_EQ(events[i].task_id, core + 64 * (expected[core][i] - 101));
            EXPECT_EQ(events[i].ticks, 1u);
        }
        EXPECT_EQ(hand_.core(core).clock().time.now().raw, 105u) << "every clock, entries or none";
        EXPECT_EQ(hand_.core(core).clock().tasks, events.size());
        EXPECT_TRUE(hand_.heap(core).empty());
    }
}

TEST_F(OrderedPart, beat_without_x_ignores_what_an_earlier_plan_left) {
    run(2, {0, 1});
    ASSERT_TRUE(hand_.heap(0).push(task_of(0), {FAR, 1}));
    EXPECT_TRUE(hand_.beat(1).empty());
    EXPECT_EQ(hand_.core(0).clock().time.now().raw, 102u);
    EXPECT_EQ(hand_.outcome.ordered_time_min, FAR);
}

TEST_F(OrderedPart, what_is_emitted_travels_with_the_tasks_own_timestamp_and_takes_no_time) {
    const HandlerId emit = hand_.handler([](TaskContext& c) {
        EXPECT_EQ(c.mode(), RunMode::Ordered);
        EXPECT_EQ(c.spawn(task_of(0)), TaskStatus::Ok);
        EXPECT_EQ(c.send(task_of(1)), TaskStatus::Ok);
        EXPECT_EQ(c.enqueue_ordered(task_of(0), Timestamp{FAR}), TaskStatus::Ok);
    });
    run(2, {1, 0}, emit);
    EXPECT_EQ(hand_.events(0).size(), 1u) << "not even at home is anything enqueued at once";
    EXPECT_EQ(hand_.outcome.clock_max, 102u);
    EXPECT_EQ(hand_.outcome.sent, 6u);
    for (u32 i = 0; i < 3; ++i) {
        EXPECT_EQ(hand_.box(0).nodes[i].order, 102u);
        EXPECT_EQ(hand_.box(1).nodes[i].order, 101u);
        EXPECT_EQ(hand_.box(1).nodes[i].emission, i);
        EXPECT_EQ(hand_.box(1).nodes[i].due, 1u);
    }
    EXPECT_EQ(hand_.core(0).clock().remote_messages, 1u);
    hand_.beat(1);
    EXPECT_EQ(hand_.core(0).ordered_key(0).key, FAR);
}

TEST_F(OrderedPart, late_request_of_an_ordered_task_is_judged_when_it_arrives) {
    const HandlerId emit =
        hand_.handler([](TaskContext& c) { c.enqueue_ordered(task_of(0), Timestamp{0}); });
    run(1, {0}, emit);
    hand_.beat(1);
    EXPECT_EQ(hand_.core(0).ordered_key(0), (OrderedKey{102, 102}));
}

TEST_F(OrderedPart, messages_of_one_task_arrive_in_the_order_of_its_emissions) {
    const HandlerId emit = hand_.handler([](TaskContext& c) {
        for (u64 i = 0; i < 6; ++i) {
            const Task task = task_of(64 + 2 * i, ByHand::IDLE, static_cast<Level>(i % 3));
            EXPECT_EQ(c.spawn(task), TaskStatus::Ok);
        }
    });
    run(2, {0}, emit);
    hand_.beat(1);
    EXPECT_EQ(ids_of(hand_.events(0), EventKind::TaskEnqueued),
              (std::vector<u64>{64, 66, 68, 70, 72, 74}))
        << "though they stand in three lines";
}

TEST_F(OrderedPart, ordered_task_over_its_budget_has_failed_and_is_not_parked) {
    run(1, {0}, hand_.handler([](TaskContext& c) { c.work(8); }));
    const auto events = hand_.events();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].status, static_cast<u8>(TaskStatus::OverBudget));
    EXPECT_EQ(events[0].hash, 0u);
    EXPECT_EQ(events[0].ticks, 9u);
    EXPECT_FALSE(hand_.outcome.busy);
}

TEST_F(OrderedPart, ordered_task_uses_its_cores_state_and_its_own_random_numbers) {
    const HandlerId draw = hand_.handler([](TaskContext& c) {
        const auto state = c.state();
        state[0] = std::byte(static_cast<u8>(state[0]) + 1);
        c.output(c.random(), static_cast<u64>(state[0]));
    });
    run(1, {0, 0}, draw);
    EXPECT_TRUE(hand_.outcome.awaits_pulse);
    for (u64 j = 0; j < 2; ++j) {
        const u64 words[4] = {hand_.setup.seed, 64 * j, 101 + j, 0};
        EXPECT_EQ(executed(hand_.events(), 64 * j).hash,
                  output_hash(xxh3_64(words, sizeof words), j + 1));
    }
}

// --- guards ----------------------------------------------------------------------------------

class GuardedTask : public testing::Test {
  protected:
    /// The record of a task with these guards. The handler counts its calls.
    Event run(const std::vector<u16>& guards, u8 budget = BUDGET_TICKS_MAX, u8 flags = 0) {
        calls_ = 0;
        Task task = task_of(3, hand_.handler([this](TaskContext&) { ++calls_; }));
        task.guard_count = static_cast<u8>(guards.size());
        std::copy(guards.begin(), guards.end(), task.guards);
        task.budget_ticks = budget;
        task.flags = flags;
        hand_.set_up(1, {{task}});
        return of_kind(hand_.beat(0), EventKind::TaskExecuted).front();
    }
    void SetUp() override {
        hand_.setup.guards[YES].function = [](GuardView&) { return true; };
        hand_.setup.guards[NO].function = [](GuardView&) { return false; };
        hand_.setup.guards[COUNTED_NO].function = [](GuardView&) {
            ++evaluations_;
            return false;
        };
        hand_.setup.guards[READS].function = [](GuardView& view) {
            static_cast<void>(view.state());
            return true;
        };
    }
    enum : u16 { NO = 0, YES = 1, COUNTED_NO = 2, READS = 900, UNKNOWN = 1023 };
    static inline u32 evaluations_ = 0;
    ByHand hand_;
    u32 calls_ = 0;
};

TEST_F(GuardedTask, task_runs_when_all_its_guards_pass_and_each_costs_a_tick) {
    const Event event = run({YES, YES, READS});
    EXPECT_EQ(event.status, static_cast<u8>(TaskStatus::Ok));
    EXPECT_EQ(event.ticks, 4u);
    EXPECT_EQ(calls_, 1u);
}

TEST_F(GuardedTask, first_guard_that_does_not_pass_ends_the_task_and_is_its_hash) {
    for (const u16 failing : {u16{UNKNOWN}, u16{NO}}) {
        const Event event = run({YES, failing, YES, NO});
        EXPECT_EQ(event.status, static_cast<u8>(TaskStatus::GuardFailed));
        EXPECT_EQ(event.hash, failing);
        EXPECT_EQ(event.ticks, 3u) << "what comes behind it is not evaluated";
        EXPECT_EQ(calls_, 0u);
        EXPECT_FALSE(hand_.outcome.busy) << "it is not parked";
    }
}

TEST_F(GuardedTask, eight_guards_go_over_the_largest_budget) {
    evaluations_ = 0;
    const Event event = run({YES, YES, YES, YES, YES, YES, YES, COUNTED_NO});
    EXPECT_EQ(event.status, static_cast<u8>(TaskStatus::Parked));
    EXPECT_EQ(event.ticks, 9u);
    EXPECT_EQ(event.hash, 0u);
    EXPECT_EQ(calls_, 0u);
    const auto runs = of_kind(hand_.events(), EventKind::TaskExecuted);
    ASSERT_EQ(runs.size(), 2u);
    EXPECT_EQ(runs[1].status, static_cast<u8>(TaskStatus::GuardFailed));
    EXPECT_EQ(runs[1].ticks, 9u);
    EXPECT_EQ(evaluations_, 1u) << "the eighth is not evaluated in the first run";
}

TEST_F(GuardedTask, guard_that_uses_the_last_tick_is_evaluated) {
    EXPECT_EQ(run({YES, YES}, 3).status, static_cast<u8>(TaskStatus::Ok));
    EXPECT_EQ(run({YES, NO}, 3).status, static_cast<u8>(TaskStatus::GuardFailed));
    EXPECT_EQ(run({YES, NO}, 2).status, static_cast<u8>(TaskStatus::Parked));
}

TEST_F(GuardedTask, guard_that_reads_state_does_not_pass_for_a_stateless_task) {
    const Event event = run({YES, READS}, BUDGET_TICKS_MAX, TASK_STATELESS);
    EXPECT_EQ(event.status, static_cast<u8>(TaskStatus::GuardFailed));
    EXPECT_EQ(event.hash, READS);
    EXPECT_EQ(run({YES}, BUDGET_TICKS_MAX, TASK_STATELESS).status, static_cast<u8>(TaskStatus::Ok));
}

TEST_F(GuardedTask, guard_sees_the_state_as_it_is_at_that_moment_and_the_observations) {
    const Observation observations[1] = {{{7, 0, 0, 0}}};
    hand_.setup.observations = observations;
    hand_.setup.guards[5].function = [](GuardView& view) {
        return view.state()[0] == std::byte{1} && view.observations()[0].words[0] == 7 &&
               view.task().id == 3;
    };
    const HandlerId touch = hand_.handler([](TaskContext& c) { c.state()[0] = std::byte{1}; });
    Task guarded = task_of(3);
    guarded.guard_count = 1;
    guarded.guards[0] = 5;
    hand_.set_up(1, {{guarded}, {task_of(0, touch)}, {guarded}});
    const auto events = of_kind(hand_.beat(0), EventKind::TaskExecuted);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[0].status, static_cast<u8>(TaskStatus::GuardFailed));
    EXPECT_EQ(events[2].status, static_cast<u8>(TaskStatus::Ok));
    EXPECT_TRUE(hand_.outcome.awaits_pulse);
}

TEST_F(GuardedTask, reading_state_in_a_guard_is_no_effect_and_touches_nothing) {
    EXPECT_EQ(run({READS}, 1).status, static_cast<u8>(TaskStatus::Parked));
    EXPECT_FALSE(hand_.outcome.awaits_pulse);
}

} // namespace
} // namespace knhk
