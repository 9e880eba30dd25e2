// SPDX-License-Identifier: MIT
// What calls cost, how a task ends, and its second run: each row of docs/determinism.md, 2.7.
#include "sched/core.hpp"

#include <gtest/gtest.h>

#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::executed;
using test::Input;
using test::of_kind;
using test::output_hash;
using test::stateless;
using test::task_of;

constexpr u64 BEHIND_2_TO_THE_62 = (u64{1} << 62) + 1;

using Statuses = std::vector<TaskStatus>;

Task with_budget(u64 id, HandlerId handler, u8 ticks) {
    Task task = task_of(id, handler);
    task.budget_ticks = ticks;
    return task;
}

/// Runs one task, as an input of core 0 of two, in beat 0.
class CoreBudget : public testing::Test {
  protected:
    Event run(Task task, ByHand::Body body) {
        task.handler = hand_.handler(std::move(body));
        hand_.set_up(2, {{task}});
        return executed(hand_.beat(0), task.id);
    }
    Event run(ByHand::Body body, u8 budget = BUDGET_TICKS_MAX) {
        return run(with_budget(0, 0, budget), std::move(body));
    }
    static void expect_end(const Event& event, TaskStatus status, u32 ticks, u64 hash) {
        EXPECT_EQ(event.status, static_cast<u8>(status));
        EXPECT_EQ(event.ticks, ticks);
        EXPECT_EQ(event.hash, hash);
    }

    /// What each run of a task ended with, all of them in one beat.
    [[nodiscard]] std::vector<TaskStatus> runs() {
        std::vector<TaskStatus> statuses;
        for (const Event& event : of_kind(hand_.events(), EventKind::TaskExecuted)) {
            statuses.push_back(static_cast<TaskStatus>(event.status));
        }
        return statuses;
    }
    [[nodiscard]] Event run_number(u32 index) {
        return of_kind(hand_.events(), EventKind::TaskExecuted).at(index);
    }

    ByHand hand_;
    const Observation observations_[2] = {{{1, 2, 3, 4}}, {{5, 6, 7, 8}}};
};

TEST_F(CoreBudget, each_call_costs_one_tick_and_work_what_it_asks_for) {
    struct Case {
        const char* name;
        ByHand::Body call;
        u32 ticks;
    };
    const Case cases[] = {
        {"nothing", [](TaskContext&) {}, 0},
        {"spawn", [](TaskContext& c) { c.spawn(task_of(0)); }, 1},
        {"spawn away", [](TaskContext& c) { c.spawn(task_of(1)); }, 1},
        {"send", [](TaskContext& c) { c.send(task_of(1)); }, 1},
        {"order", [](TaskContext& c) { c.enqueue_ordered(task_of(0), Timestamp{9}); }, 1},
        {"refused", [](TaskContext& c) { c.spawn(task_of(0, ByHand::NONE)); }, 1},
        {"random", [](TaskContext& c) { static_cast<void>(c.random()); }, 1},
        {"observe", [](TaskContext& c) { static_cast<void>(c.observe(0)); }, 1},
        {"state", [](TaskContext& c) { static_cast<void>(c.state()); }, 1},
        {"read", [](TaskContext& c) { static_cast<void>(c.read_state()); }, 1},
        {"output", [](TaskContext& c) { c.output(0); }, 1},
        {"promote", [](TaskContext& c) { c.promote(0); }, 1},
        {"no work", [](TaskContext& c) { c.work(0); }, 0},
        {"work", [](TaskContext& c) { c.work(5); }, 5},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(run(c.call).ticks, 1 + c.ticks) << c.name;
    }
}

TEST_F(CoreBudget, task_that_uses_exactly_its_budget_is_ok) {
    expect_end(run([](TaskContext& c) { c.work(7); }), TaskStatus::Ok, 8, output_hash());
    expect_end(run([](TaskContext&) {}, 1), TaskStatus::Ok, 1, output_hash());
    expect_end(run([](TaskContext& c) { c.output(1, 2, 3, 4); }, 2), TaskStatus::Ok, 2,
               output_hash(1, 2, 3, 4));
}

TEST_F(CoreBudget, last_output_counts) {
    const Event event = run([](TaskContext& c) {
        c.output(1, 2, 3, 4);
        c.output(5);
    });
    expect_end(event, TaskStatus::Ok, 3, output_hash(5));
}

TEST_F(CoreBudget, task_one_over_its_budget_without_effect_is_parked_and_leaves_no_output) {
    const Event event = run([](TaskContext& c) {
        c.output(7);
        c.work(7);
    });
    expect_end(event, TaskStatus::Parked, 9, 0);
}

TEST_F(CoreBudget, parked_task_runs_once_more_from_its_start_with_a_time_of_its_own) {
    u32 calls = 0;
    u64 times[2] = {};
    const Event first = run([&](TaskContext& c) {
        times[calls++] = c.now().raw;
        static_cast<void>(c.random());
        c.work(40);
        c.output(c.payload(1));
    });
    expect_end(first, TaskStatus::Parked, 42, 0);
    // Nothing else is to do, so its second run follows in the same beat.
    EXPECT_EQ(runs(), (Statuses{TaskStatus::Parked, TaskStatus::Ok}));
    expect_end(run_number(1), TaskStatus::Ok, 43, output_hash());
    EXPECT_EQ(calls, 2u);
    EXPECT_EQ(times[0], 3u);
    EXPECT_EQ(times[1], 4u) << "parking takes no time and leaves no record";
}

TEST_F(CoreBudget, second_run_may_use_64_ticks_whatever_the_budget) {
    run([](TaskContext& c) { c.work(63); }, 0);
    EXPECT_EQ(runs(), (Statuses{TaskStatus::Parked, TaskStatus::Ok}));
    EXPECT_EQ(run_number(1).ticks, 64u);
}

TEST_F(CoreBudget, second_run_over_64_ticks_has_failed_and_is_not_parked_again) {
    run([](TaskContext& c) { c.work(64); });
    EXPECT_EQ(runs(), (Statuses{TaskStatus::Parked, TaskStatus::OverBudget}));
    EXPECT_EQ(run_number(1).ticks, 65u);
    EXPECT_EQ(run_number(1).hash, 0u);
    EXPECT_FALSE(hand_.outcome.busy);
}

TEST_F(CoreBudget, task_that_emitted_and_then_went_over_has_failed) {
    const ByHand::Body emissions[] = {
        [](TaskContext& c) { c.spawn(task_of(1)); }, [](TaskContext& c) { c.send(task_of(1)); },
        [](TaskContext& c) { c.enqueue_ordered(task_of(0), Timestamp{900}); }};
    for (const auto& emit : emissions) {
        const Event event = run([&](TaskContext& c) {
            emit(c);
            c.work(9);
        });
        expect_end(event, TaskStatus::OverBudget, 11, 0);
        EXPECT_EQ(runs(), (Statuses{TaskStatus::OverBudget}));
    }
}

TEST_F(CoreBudget, task_that_asked_for_the_state_to_change_it_and_went_over_has_failed) {
    run([](TaskContext& c) {
        static_cast<void>(c.state());
        c.work(9);
    });
    EXPECT_EQ(runs(), (Statuses{TaskStatus::OverBudget}));
}

TEST_F(CoreBudget, reading_drawing_observing_and_refused_emissions_are_no_effects) {
    hand_.setup.observations = observations_;
    run([](TaskContext& c) {
        static_cast<void>(c.read_state());
        static_cast<void>(c.random());
        static_cast<void>(c.observe(0));
        c.spawn(task_of(0, ByHand::NONE));
        c.output(1);
        c.work(9);
    });
    EXPECT_EQ(runs(), (Statuses{TaskStatus::Parked, TaskStatus::InvalidTask}));
}

TEST_F(CoreBudget, state_that_was_refused_is_no_effect) {
    run(stateless(task_of(0)), [](TaskContext& c) {
        static_cast<void>(c.state());
        c.work(9);
    });
    EXPECT_EQ(runs(), (Statuses{TaskStatus::Parked, TaskStatus::StateDenied}));
    EXPECT_FALSE(hand_.outcome.awaits_pulse);
}

TEST_F(CoreBudget, operation_that_goes_over_does_not_happen) {
    run([](TaskContext& c) {
        c.work(7);
        if (c.ticks() == Tick{8}) { // as in the second run
            EXPECT_TRUE(c.mode() == RunMode::Warm || c.spawn(task_of(0)) == TaskStatus::OverBudget);
        }
    });
    EXPECT_EQ(runs(), (Statuses{TaskStatus::Parked, TaskStatus::Ok}));
    EXPECT_EQ(of_kind(hand_.events(), EventKind::TaskEnqueued).size(), 1u) << "the input's own";
    EXPECT_EQ(run_number(0).ticks, 9u) << "the operation that went over is in the ticks";
}

TEST_F(CoreBudget, every_call_of_a_task_over_its_budget_is_refused_and_charges_nothing) {
    hand_.setup.observations = observations_;
    const Event event = run([](TaskContext& c) {
        c.output(1);
        c.spawn(task_of(1));
        c.work(100);
        EXPECT_EQ(c.spawn(task_of(0)), TaskStatus::OverBudget);
        EXPECT_EQ(c.send(task_of(0)), TaskStatus::OverBudget);
        EXPECT_EQ(c.enqueue_ordered(task_of(0), Timestamp{9}), TaskStatus::OverBudget);
        EXPECT_EQ(c.spawn(task_of(0, ByHand::NONE)), TaskStatus::OverBudget) << "looked at first";
        EXPECT_EQ(c.random(), 0u);
        EXPECT_EQ(c.observe(1).words[0], 0u);
        EXPECT_EQ(c.observe(5).words[0], 0u);
        EXPECT_TRUE(c.state().empty());
        EXPECT_TRUE(c.read_state().empty());
        c.output(2);
        c.work(5);
    });
    expect_end(event, TaskStatus::OverBudget, 103, 0);
    EXPECT_FALSE(hand_.outcome.awaits_pulse);
    EXPECT_EQ(hand_.outcome.sent, 1u);
}

TEST_F(CoreBudget, ticks_stop_at_the_largest_number) {
    const Event event = run([](TaskContext& c) {
        c.spawn(task_of(1));
        c.work(~u32{0});
    });
    expect_end(event, TaskStatus::OverBudget, ~u32{0}, 0);
}

TEST_F(CoreBudget, budget_of_0_is_over_before_guards_and_handler) {
    Task task = with_budget(0, 0, 0);
    task.guard_count = 1;
    hand_.setup.guards[0].function = [](GuardView&) { return false; };
    u32 calls = 0;
    run(task, [&](TaskContext& c) { calls += c.mode() == RunMode::Hot ? 1u : 0; });
    EXPECT_EQ(runs(), (Statuses{TaskStatus::Parked, TaskStatus::GuardFailed}));
    EXPECT_EQ(run_number(0).ticks, 1u);
    EXPECT_EQ(calls, 0u);
}

TEST_F(CoreBudget, over_budget_hides_a_refusal_that_came_first) {
    const Event event = run([](TaskContext& c) {
        c.spawn(task_of(0, ByHand::NONE));
        c.spawn(task_of(1));
        c.work(9);
    });
    expect_end(event, TaskStatus::OverBudget, 12, 0);
}

TEST_F(CoreBudget, task_is_not_parked_when_the_warm_ring_is_full) {
    const HandlerId work = hand_.handler([](TaskContext& c) { c.work(20); });
    hand_.set_up(1, std::vector<Input>(34, {task_of(0, work)}));
    std::vector<u32> counts(10);
    for (const Event& event : of_kind(hand_.beat(1), EventKind::TaskExecuted)) {
        ++counts[event.status];
        EXPECT_EQ(event.ticks, 21u);
    }
    EXPECT_EQ(counts[static_cast<u8>(TaskStatus::Parked)], 32u);
    EXPECT_EQ(counts[static_cast<u8>(TaskStatus::OverBudget)], 2u);
    EXPECT_EQ(counts[static_cast<u8>(TaskStatus::Ok)], 32u) << "each that was parked runs again";
}

TEST_F(CoreBudget, parked_tasks_wait_behind_all_others_except_in_slot_2) {
    // C = 256: 64 records a beat. 16 inputs are admitted with 32 of them, and 25 tasks start.
    const HandlerId work = hand_.handler([](TaskContext& c) { c.work(20); });
    hand_.set_up(256, std::vector<Input>(128, {task_of(256)}));
    ASSERT_TRUE(hand_.ready(0).park(task_of(512, work)));
    for (u32 i = 0; i < 60; ++i) {
        ASSERT_TRUE(hand_.ready(0).push(task_of(0)));
    }
    const auto in_slot_1 = of_kind(hand_.beat(1), EventKind::TaskExecuted);
    ASSERT_EQ(in_slot_1.size(), 25u);
    for (const Event& event : in_slot_1) {
        EXPECT_NE(event.task_id, 512u);
    }
    const auto in_slot_2 = of_kind(hand_.beat(2), EventKind::TaskExecuted);
    EXPECT_EQ(in_slot_2[0].task_id, 512u);
    EXPECT_EQ(in_slot_2[0].status, static_cast<u8>(TaskStatus::Ok));
}

TEST_F(CoreBudget, waiting_parked_task_is_something_left) {
    hand_.set_up(256, {});
    ASSERT_TRUE(hand_.ready(0).park(task_of(0)));
    for (u32 i = 0; i < 57; ++i) { // the share of 64: the 57th leaves 7 records
        ASSERT_TRUE(hand_.ready(0).push(task_of(0)));
    }
    hand_.beat(1);
    EXPECT_TRUE(hand_.outcome.busy);
    EXPECT_EQ(hand_.ready(0).size(1), 0u);
    hand_.beat(2);
    EXPECT_FALSE(hand_.outcome.busy);
}

// --- refusals --------------------------------------------------------------------------------

TEST_F(CoreBudget, first_refusal_is_the_status_and_the_output_is_hashed_all_the_same) {
    const Event event = run([](TaskContext& c) {
        c.enqueue_ordered(task_of(0), Timestamp{BEHIND_2_TO_THE_62});
        c.spawn(task_of(0, ByHand::NONE));
        c.output(3);
    });
    expect_end(event, TaskStatus::InvalidTimestamp, 4, output_hash(3));
    const Event other = run([](TaskContext& c) {
        c.spawn(task_of(0, ByHand::NONE));
        c.enqueue_ordered(task_of(0), Timestamp{BEHIND_2_TO_THE_62});
    });
    expect_end(other, TaskStatus::InvalidTask, 3, output_hash());
}

TEST_F(CoreBudget, eighth_emission_is_refused_and_refused_ones_count) {
    const auto emit_after_parking = [](TaskContext& c) {
        c.work(8);
        for (u32 i = 0; i < EMISSIONS_MAX; ++i) {
            const Task task = task_of(1, i % 2 == 0 ? ByHand::NONE : ByHand::IDLE);
            c.spawn(task);
        }
        EXPECT_EQ(c.spawn(task_of(1)),
                  c.mode() == RunMode::Warm ? TaskStatus::EmitLimit : TaskStatus::OverBudget);
    };
    run(emit_after_parking);
    EXPECT_EQ(runs(), (Statuses{TaskStatus::Parked, TaskStatus::InvalidTask}));
    EXPECT_EQ(hand_.outcome.sent, 3u);
}

TEST_F(CoreBudget, emit_limit_is_the_status_if_it_was_the_first_refusal) {
    run([](TaskContext& c) {
        c.work(8);
        for (u32 i = 0; i < EMISSIONS_MAX + 1; ++i) {
            c.spawn(task_of(1));
        }
    });
    EXPECT_EQ(runs(), (Statuses{TaskStatus::Parked, TaskStatus::EmitLimit}));
    EXPECT_EQ(hand_.outcome.sent, EMISSIONS_MAX);
}

TEST_F(CoreBudget, refusals_are_looked_at_in_their_order) {
    run([this](TaskContext& c) {
        c.work(8);
        if (c.mode() == RunMode::Hot) {
            EXPECT_EQ(c.spawn(task_of(0, ByHand::NONE)), TaskStatus::OverBudget);
            return;
        }
        const Timestamp too_late{BEHIND_2_TO_THE_62};
        EXPECT_EQ(c.enqueue_ordered(task_of(0, ByHand::NONE), too_late), TaskStatus::InvalidTask);
        OrderedQueue heap = hand_.heap(0);
        while (heap.has_room()) {
            EXPECT_TRUE(heap.push(task_of(0), {1, heap.size()}));
        }
        EXPECT_EQ(c.enqueue_ordered(task_of(0), too_late), TaskStatus::InvalidTimestamp);
        EXPECT_EQ(c.enqueue_ordered(task_of(0), Timestamp{9}), TaskStatus::QueueFull);
        for (u32 i = 3; i < EMISSIONS_MAX; ++i) {
            EXPECT_EQ(c.spawn(task_of(1)), TaskStatus::Ok);
        }
        EXPECT_EQ(c.spawn(task_of(0, ByHand::NONE)), TaskStatus::EmitLimit);
    });
    EXPECT_EQ(runs(), (Statuses{TaskStatus::Parked, TaskStatus::InvalidTask}));
}

TEST_F(CoreBudget, state_is_denied_to_stateless_tasks_for_changing_and_reading) {
    const ByHand::Body calls[] = {[](TaskContext& c) { EXPECT_TRUE(c.state().empty()); },
                                  [](TaskContext& c) { EXPECT_TRUE(c.read_state().empty()); }};
    for (const auto& call : calls) {
        expect_end(run(stateless(task_of(0)), call), TaskStatus::StateDenied, 2, output_hash());
        EXPECT_FALSE(hand_.outcome.awaits_pulse);
        expect_end(run([](TaskContext& c) { EXPECT_EQ(c.state().size(), STATE_SLAB_BYTES); }),
                   TaskStatus::Ok, 2, output_hash());
    }
}

TEST_F(CoreBudget, observation_that_does_not_exist_gives_zeros_and_is_refused) {
    hand_.setup.observations = observations_;
    const Event there = run([](TaskContext& c) {
        EXPECT_EQ(c.observe(0).words[3], 4u);
        EXPECT_EQ(c.observe(1).words[0], 5u);
    });
    expect_end(there, TaskStatus::Ok, 3, output_hash());
    const Event missing = run([](TaskContext& c) { EXPECT_EQ(c.observe(2).words[0], 0u); });
    expect_end(missing, TaskStatus::NoObservation, 2, output_hash());
}

} // namespace
} // namespace knhk
