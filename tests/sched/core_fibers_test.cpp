// SPDX-License-Identifier: MIT
// The beat path of a core (docs/determinism.md, 2.15): how deltas come into their ring, what fibers
// leave, where they are parked, and what the pulse commits.
#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "isa/eval_task.hpp"
#include "tests/sched/fibers.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::executed;
using test::Fibers;
using test::ids_of;
using test::of_kind;
using test::task_of;
using test::TwoSnapshots;

constexpr u8 PARKED = static_cast<u8>(TaskStatus::Parked);

// --- the way in ----------------------------------------------------------------------------------

TEST_F(Fibers, delta_enters_its_ring_and_runs_in_the_beat_that_admits_it) {
    hand_.set_up(1, {{delta(9, 0, 0)}});
    ASSERT_TRUE(hand_.step());
    const auto events = hand_.events();
    const auto enqueued = of_kind(events, EventKind::TaskEnqueued);
    ASSERT_EQ(enqueued.size(), 1u);
    EXPECT_EQ(enqueued[0].status, DELTA_LEVEL);
    EXPECT_EQ(enqueued[0].ticks, 8u) << "its rows";
    EXPECT_EQ(enqueued[0].hash, test::task_hash(delta(9, 0, 0)));
    EXPECT_EQ(executed(events, 9).status, 0);
}

TEST_F(Fibers, delta_without_rows_is_not_valid) {
    const HandlerId emit = hand_.handler([](TaskContext& context) {
        EXPECT_EQ(context.spawn(delta(1, 0, 3)), TaskStatus::InvalidTask) << "an empty run";
        EXPECT_EQ(context.spawn(delta(1, 0, 4)), TaskStatus::InvalidTask) << "no run";
        EXPECT_EQ(context.enqueue_ordered(delta(1, 0, 0), Timestamp{5}), TaskStatus::InvalidTask);
        Task rows = delta(1, 0, 0);
        rows.flags |= TASK_ROWS;
        EXPECT_EQ(context.spawn(rows), TaskStatus::InvalidTask) << "no fiber emits it";
        EXPECT_EQ(context.send(rows), TaskStatus::InvalidTask);
        EXPECT_EQ(context.spawn(delta(1, 0, 0)), TaskStatus::Ok);
    });
    hand_.set_up(1, {{task_of(7, emit)}});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(of_kind(hand_.events(), EventKind::TaskExecuted).size(), 1u)
        << "what was spawned is for the slot of the next beat";
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 1).status, 0);
}

TEST_F(Fibers, slot_takes_32_rows_and_its_line_waits_for_its_next_turn) {
    std::vector<test::Input> inputs;
    for (u64 id = 0; id < 6; ++id) {
        inputs.push_back({delta(id, 0, 0)});
    }
    hand_.set_up(1, inputs);
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskExecuted), (std::vector<u64>{0, 1, 2, 3}));
    ASSERT_TRUE(hand_.step()) << "the slot of this beat has places of its own";
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskExecuted), (std::vector<u64>{4, 5}));
}

TEST_F(Fibers, slot_takes_16_deltas_of_which_8_run_in_a_beat) {
    std::vector<test::Input> inputs;
    for (u64 id = 0; id < 20; ++id) {
        inputs.push_back({delta(id, 0, 1)});
    }
    hand_.set_up(1, inputs);
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskEnqueued).size(), 16u);
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskExecuted).size(), 8u);
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskExecuted), (std::vector<u64>{16, 17, 18, 19}));
    for (u64 beat = 2; beat < 8; ++beat) {
        ASSERT_TRUE(hand_.step());
        EXPECT_TRUE(hand_.events().empty()) << beat;
    }
    ASSERT_TRUE(hand_.step()) << "the slot's next turn";
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskExecuted).front(), 8u);
}

TEST_F(Fibers, small_delta_does_not_overtake_a_large_one_that_waits) {
    const HandlerId emit = hand_.handler([](TaskContext& context) {
        for (u64 id = 10; id < 13; ++id) { // 24 rows of the next slot
            EXPECT_EQ(context.spawn(delta(id, 0, 0)), TaskStatus::Ok);
        }
        EXPECT_EQ(context.spawn(delta(13, 0, 2)), TaskStatus::Ok); // 26
        EXPECT_EQ(context.send(delta(20, 0, 0)), TaskStatus::Ok);
        EXPECT_EQ(context.send(delta(21, 0, 1)), TaskStatus::Ok);
    });
    hand_.set_up(1, {{task_of(7, emit)}});
    ASSERT_TRUE(hand_.step());
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskEnqueued), (std::vector<u64>{}));
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskEnqueued), (std::vector<u64>{20, 21}));
}

TEST_F(Fibers, fiber_follows_with_the_rows_that_it_brought) {
    const HandlerId follow = hand_.handler([](TaskContext& context) {
        ASSERT_NE(context.delta(), nullptr);
        EXPECT_EQ(context.delta()->length, 2u);
        EXPECT_EQ(context.delta()->objects[1], 1u);
        if (context.payload(3) != 0) {
            Task next = context.task();
            --next.payload[3];
            next.flags |= TASK_ROWS;
            EXPECT_EQ(context.spawn(next), TaskStatus::Ok);
        }
    });
    Task first = delta(3, 0, 2, follow);
    first.payload[3] = 2;
    hand_.set_up(1, {{first}});
    EXPECT_EQ(of_kind(run_to_end(), EventKind::TaskExecuted).size(), 3u);
    EXPECT_EQ(counts().rows_admitted, 6u);
    EXPECT_EQ(counts().rows_done, 6u);
}

// --- what fibers leave ---------------------------------------------------------------------------

TEST_F(Fibers, true_fiber_asserts_its_delta_and_a_false_one_leaves_a_receipt_alone) {
    hand_.set_up(1, {{delta(9, 0, 0)}, {delta(10, 0, 2)}});
    const auto commits = of_kind(run_to_end(), EventKind::Commit);
    ASSERT_EQ(commits.size(), 1u);
    EXPECT_EQ(commits[0].ticks, 2u) << "receipts";
    EXPECT_EQ(commits[0].task_id, u64{10} << 32 | 8u) << "rows looked at, rows asserted";
}

TEST_F(Fibers, rows_that_a_fiber_emits_are_what_it_asserts) {
    hand_.set_up(1, {{delta(9, 1, 2)}});
    const auto commits = of_kind(run_to_end(), EventKind::Commit);
    ASSERT_EQ(commits.size(), 1u);
    EXPECT_EQ(commits[0].task_id, u64{2} << 32 | 2u);
}

/// By hand: SHA-256 of the receipt and of the rows, as the document says it.
TEST_F(Fibers, commit_is_of_the_receipts_and_then_of_the_rows) {
    const Task task = delta(9, 0, 1);
    hand_.set_up(1, {{task}});
    const auto commits = of_kind(run_to_end(), EventKind::Commit);
    ASSERT_EQ(commits.size(), 1u);
    MuRequest request{};
    std::memcpy(request.words, task.payload, sizeof request.words);
    TickBudget budget(Tick{8});
    static_cast<void>(budget.charge(cost_of(Operation::Execute)));
    const MuWorld world{sealed_[0].snapshot.tables(), runs_, &SCALAR_KERNELS, &runs_[1]};
    const auto passes = [](u16) { return true; };
    MuOutcome outcome{};
    ASSERT_EQ(eval_task(budget, world, request, passes, NoFlows(), outcome), MuStatus::Ok);
    Sha256 digest;
    digest.update(std::as_bytes(std::span(outcome.receipts, 1)));
    const u64 row[4] = {1, TwoSnapshots::PREDICATE, 9, 0};
    digest.update(std::as_bytes(std::span(row)));
    EXPECT_EQ(commits[0].hash,
              load_le<u64>(reinterpret_cast<const std::byte*>(digest.finish().data())));
}

TEST_F(Fibers, receipt_keeps_a_run_from_ending_until_it_is_committed) {
    hand_.set_up(1, {{delta(9, 0, 0)}});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(counts().receipts, 1u);
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(hand_.plan().beat.raw, 8u);
    EXPECT_EQ(of_kind(hand_.events(), EventKind::Commit).size(), 1u);
    EXPECT_EQ(counts().receipts, 0u);
    EXPECT_FALSE(hand_.step());
}

TEST_F(Fibers, fiber_that_puts_no_query_leaves_a_receipt_of_its_own) {
    hand_.set_up(1, {{delta(9, 99, 2)}, {delta(10, 0, 1, ByHand::IDLE)}}); // no such task
    const auto all = run_to_end();
    EXPECT_EQ(executed(all, 9).status, static_cast<u8>(TaskStatus::NoSnapshot));
    const auto commits = of_kind(all, EventKind::Commit);
    ASSERT_EQ(commits.size(), 1u);
    EXPECT_EQ(commits[0].ticks, 2u);
    EXPECT_EQ(commits[0].task_id, u64{3} << 32) << "nothing asserted";
}

TEST_F(Fibers, rows_of_a_hook_are_one_emission_of_seven) {
    const HandlerId seven = hand_.handler([](TaskContext& context) {
        for (u32 i = 0; i < EMISSIONS_MAX; ++i) {
            static_cast<void>(context.spawn(task_of(100 + i)));
        }
        MuOutcome outcome;
        EXPECT_FALSE(context.evaluate(outcome));
    });
    Task task = delta(9, 0, 0, seven);
    hand_.set_up(1, {{task}});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 9).status, static_cast<u8>(TaskStatus::OverBudget))
        << "eight ticks are gone before it evaluates: and its effects stay";
    EXPECT_EQ(counts().rows_done, 8u);
}

/// Whatever lay where the fiber's delta lies: eight rows leave no room that a ring would clear.
TEST_F(Fibers, every_byte_of_a_delta_that_was_taken_is_written) {
    hand_.set_up(1, {});
    Deltas deltas(hand_.setup.memory, 0);
    Delta taken[2];
    for (Delta& one : taken) {
        ASSERT_TRUE(deltas.push(3, delta(9, 0, 0), runs_[0], Beat{3}));
        std::memset(static_cast<void*>(&one), &one == taken ? 0 : 0xA5, sizeof one);
        ASSERT_TRUE(deltas.take(3, one));
    }
    EXPECT_EQ(std::memcmp(&taken[0], &taken[1], sizeof(Delta)), 0);
}

// --- parked --------------------------------------------------------------------------------------

TEST_F(Fibers, fiber_of_another_class_is_parked_before_it_costs_anything) {
    hand_.set_up(1, {{delta(9, 1, 0)}}); // emits: 12 ticks
    ASSERT_TRUE(hand_.step());
    const auto runs = of_kind(hand_.events(), EventKind::TaskExecuted);
    ASSERT_EQ(runs.size(), 2u) << "W1 has its turn when nothing else is left";
    EXPECT_EQ(runs[0].status, PARKED);
    EXPECT_EQ(runs[0].hash, static_cast<u64>(ParkCause::Class));
    EXPECT_EQ(runs[0].ticks, 1u);
    EXPECT_EQ(runs[1].status, 0);
    EXPECT_EQ(runs[1].ticks, 12u);
}

TEST_F(Fibers, fiber_over_its_budget_goes_to_w1_and_over_that_to_c1) {
    const HandlerId slow =
        hand_.handler([](TaskContext& context) { context.work(u32(context.payload(3))); });
    const auto taking = [&](u64 id, u64 ticks) {
        Task task = delta(id, 0, 1, slow);
        task.payload[3] = ticks;
        return test::Input{task};
    };
    hand_.set_up(1, {taking(1, 20), taking(2, 200), taking(3, 2000)});
    const auto runs = of_kind(run_to_end(), EventKind::TaskExecuted);
    std::vector<std::pair<u64, u8>> ends;
    for (const Event& run : runs) {
        ends.emplace_back(run.task_id, run.status);
        EXPECT_EQ(run.hash == static_cast<u64>(ParkCause::Budget), run.status == PARKED);
    }
    const u8 over = static_cast<u8>(TaskStatus::OverBudget);
    EXPECT_EQ(ends, (std::vector<std::pair<u64, u8>>{{1, PARKED},
                                                     {2, PARKED},
                                                     {3, PARKED},
                                                     {1, u8{0}},
                                                     {2, PARKED},
                                                     {3, PARKED},
                                                     {2, u8{0}},
                                                     {3, over}}));
    EXPECT_EQ(counts().rows_done, 3u) << "each of them left a receipt";
}

TEST_F(Fibers, c1_has_its_turn_behind_a_pulse_alone) {
    const HandlerId slow = hand_.handler([](TaskContext& context) { context.work(200); });
    hand_.set_up(1, {{delta(2, 0, 1, slow)}});
    ASSERT_TRUE(hand_.step());
    for (u64 beat = 1; beat < 8; ++beat) {
        ASSERT_TRUE(hand_.step()) << "it waits, and so does the run";
        EXPECT_TRUE(hand_.events().empty()) << beat;
    }
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 2).status, 0);
}

TEST_F(Fibers, c1_goes_behind_the_fibers_of_its_beat) {
    const HandlerId slow = hand_.handler([](TaskContext& context) { context.work(200); });
    hand_.set_up(1, {{delta(2, 0, 1, slow)}, {delta(3, 0, 1), 8}});
    for (u64 beat = 0; beat <= 8; ++beat) {
        ASSERT_TRUE(hand_.step());
    }
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskExecuted), (std::vector<u64>{3, 2}));
}

TEST_F(Fibers, w1_goes_first_in_slot_6) {
    const HandlerId slow = hand_.handler([](TaskContext& context) { context.work(20); });
    const HandlerId again = hand_.handler([](TaskContext& context) { // keeps the core busy
        static_cast<void>(context.spawn(context.task()));
    });
    hand_.set_up(256, {{task_of(0, again)}, {delta(256, 0, 1, slow)}});
    for (u64 beat = 0; beat < 6; ++beat) {
        ASSERT_TRUE(hand_.step());
        EXPECT_EQ(counts().rows_done, 0u) << beat;
    }
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskExecuted).front(), 256u);
}

TEST_F(Fibers, task_behind_a_fiber_of_w1_brings_nothing) {
    u32 looked = 0;
    const HandlerId look = hand_.handler([&](TaskContext& context) {
        EXPECT_EQ(context.delta(), nullptr);
        ++looked;
    });
    const HandlerId slow = hand_.handler([look](TaskContext& context) {
        context.work(8);
        static_cast<void>(context.spawn(task_of(5, look)));
    });
    hand_.set_up(1, {{delta(9, 0, 1, slow)}});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(looked, 1u);
}

TEST_F(Fibers, full_output_parks_a_fiber_three_times_in_w1_and_then_in_c1) {
    hand_.set_up(1, {{delta(9, 1, 0)}});
    const u64 subjects[RUN_ROWS] = {};
    for (u32 slot = 0; slot < BEAT_SLOTS; ++slot) { // but four rows of each are taken
        AssertionRing ring(hand_.setup.memory.share(region::assertions, 0, CORES_MAX),
                           ASSERTED_ROWS, RECEIPTS);
        for (u32 i = 0; i < 7; ++i) {
            ASSERT_TRUE(ring.enqueue(slot, subjects, subjects, subjects, RUN_ROWS, {}));
        }
        ASSERT_TRUE(ring.enqueue(slot, subjects, subjects, subjects, 4, {}));
    }
    std::vector<u64> causes;
    for (u64 beat = 0; beat < 8; ++beat) {
        ASSERT_TRUE(hand_.step());
        for (const Event& run : of_kind(hand_.events(), EventKind::TaskExecuted)) {
            EXPECT_EQ(run.status, PARKED);
            causes.push_back(run.hash);
        }
    }
    EXPECT_EQ(causes, (std::vector<u64>{2, 3, 3, 3})) << "class, and then the full output";
    EXPECT_EQ(counts().rows_asserted, 0u) << "nothing of it has entered";
    for (u32 slot = 0; slot < BEAT_SLOTS; ++slot) { // as a commit would
        AssertionRing ring(hand_.setup.memory.share(region::assertions, 0, CORES_MAX),
                           ASSERTED_ROWS, RECEIPTS);
        ring.drain(slot, [](const SealedReceipt&) {}, [](u64, u64, u64, u64) {});
    }
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 9).status, 0);
    EXPECT_EQ(counts().rows_asserted, 8u);
}

TEST_F(Fibers, fiber_without_a_place_in_w1_has_failed_and_left_a_receipt) {
    std::vector<test::Input> inputs;
    const HandlerId slow = hand_.handler([](TaskContext& context) { context.work(20); });
    for (u64 id = 0; id < 24; ++id) {
        inputs.push_back({delta(256 * id, 0, 1, slow), id / 8});
    }
    const HandlerId again =
        hand_.handler([](TaskContext& context) { context.spawn(context.task()); });
    inputs.insert(inputs.begin(), {task_of(0, again)});
    hand_.set_up(256, inputs);
    u32 parked = 0;
    u32 failed = 0;
    for (u64 beat = 0; beat < 3; ++beat) {
        ASSERT_TRUE(hand_.step());
        for (const Event& run : of_kind(hand_.events(), EventKind::TaskExecuted)) {
            parked += run.status == PARKED ? 1 : 0;
            failed += run.status == static_cast<u8>(TaskStatus::OverBudget) ? 1 : 0;
        }
    }
    EXPECT_EQ(parked, 16u);
    EXPECT_EQ(failed, 8u);
    EXPECT_EQ(counts().rows_done, 8u);
    EXPECT_EQ(counts().rows_admitted, 24u);
}

} // namespace
} // namespace knhk
