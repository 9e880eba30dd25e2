// SPDX-License-Identifier: MIT
// Tasks that follow the snapshot (docs/determinism.md, 2.13): how each way to end is recorded.
#include <gtest/gtest.h>

#include "isa/eval_task.hpp"
#include "kernel/sigma_program.hpp"
#include "tests/sched/by_hand.hpp"
#include "tests/sched/two_snapshots.hpp"
#include "tests/support/usable_kernels.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::executed;
using test::of_kind;
using test::output_hash;
using test::task_of;
using test::TwoSnapshots;

constexpr u64 CARRIES = 1; ///< passes the guard of word 2

class Evaluation : public testing::Test {
  protected:
    Evaluation() {
        hand_.setup.handlers[EVAL_HANDLER] = run_mu_eval;
        hand_.setup.kernels = &SCALAR_KERNELS;
        hand_.setup.guards[5].rule = &always_;
        hand_.setup.runs = runs_;
        hand_.setup.snapshots = snapshots_.sealed;
    }
    static Task evaluating(u64 id, u64 number, u64 run, u64 word2 = CARRIES) {
        Task task = task_of(id, EVAL_HANDLER);
        task.payload[0] = number;
        task.payload[1] = run;
        task.payload[2] = word2;
        return task;
    }
    /// The first record of the one task.
    Event run(const Task& task) {
        hand_.set_up(1, {{task}});
        EXPECT_TRUE(hand_.step());
        return executed(hand_.events(), task.id);
    }
    /// Its last one: of the second run, if it was parked.
    Event run_to_end(const Task& task) {
        Event last = run(task);
        if (last.status == static_cast<u8>(TaskStatus::Parked)) {
            const auto all = of_kind(hand_.events(), EventKind::TaskExecuted);
            last = all.back();
        }
        return last;
    }
    /// What the steps say of it without a scheduler.
    MuOutcome outcome_of(const Task& task, u32 snapshot = 0, u64 cycle = 0) {
        TickBudget budget(Tick{64});
        static_cast<void>(budget.charge(cost_of(Operation::Execute)));
        MuRequest request{.words = {}, .cycle = cycle, .sequence = 0, .shard = 0};
        std::memcpy(request.words, task.payload, sizeof request.words);
        const MuWorld world{snapshots_.sealed[snapshot].snapshot.tables(), runs_, &SCALAR_KERNELS};
        const auto passes = [](u16) { return true; };
        MuOutcome outcome{};
        static_cast<void>(eval_task(budget, world, request, passes, NoFlows(), outcome));
        return outcome;
    }

    ByHand hand_;
    TwoSnapshots snapshots_;
    std::vector<TripleRun> runs_ = {{.subjects = {7, 0, 8},
                                     .objects = {4, 5, 1},
                                     .predicate = TwoSnapshots::PREDICATE,
                                     .length = 3,
                                     .reserved = {}},
                                    {.subjects = {},
                                     .objects = {},
                                     .predicate = TwoSnapshots::PREDICATE,
                                     .length = 0,
                                     .reserved = {}}};
    GuardRule always_{5, GuardSubject::Nothing, GuardTest::Always, 0, 0, 0, 0};
};

TEST_F(Evaluation, true_task_outputs_its_receipts_its_answer_and_the_snapshots_turn) {
    const Task task = evaluating(9, 0, 0);
    const Event event = run(task);
    const MuOutcome outcome = outcome_of(task);
    ASSERT_TRUE(outcome.answer);
    EXPECT_EQ(event.status, 0);
    EXPECT_EQ(event.ticks, 8u) << "two guards and a hook are all that a hot task has";
    EXPECT_EQ(event.hash, output_hash(xxh3_64(outcome.receipts, sizeof(SealedReceipt)),
                                      1 + (1 << 8) + (1 << 16), 1));
}

TEST_F(Evaluation, false_task_says_so_and_is_followed_by_none) {
    const Task task = evaluating(9, 0, 1);
    const MuOutcome outcome = outcome_of(task);
    ASSERT_FALSE(outcome.answer);
    EXPECT_EQ(run(task).hash, output_hash(xxh3_64(outcome.receipts, sizeof(SealedReceipt)),
                                          (1 << 8) + (u64{0xFFFF} << 16), 1));
}

TEST_F(Evaluation, rows_that_were_emitted_are_in_the_output) {
    const Task task = evaluating(9, 1, 0);
    const MuOutcome outcome = outcome_of(task);
    ASSERT_EQ(outcome.rows[0].mask, 0b101u);
    const u64 link[2] = {0, xxh3_64(&outcome.rows[0], sizeof(RowResult))};
    const Event event = run_to_end(task);
    EXPECT_EQ(event.ticks, 12u) << "more than a hot task has: it was parked and ran again";
    EXPECT_EQ(event.hash,
              output_hash(xxh3_64(outcome.receipts, sizeof(SealedReceipt)),
                          1 + (1 << 8) + (u64{0xFFFF} << 16), 1, xxh3_64(link, sizeof link)));
}

TEST_F(Evaluation, snapshot_that_is_followed_at_the_time_is_evaluated) {
    const HandlerId ask = hand_.handler([](TaskContext& context) { context.promote(1); });
    hand_.set_up(1, {{evaluating(9, 0, 0)}, {task_of(1, ask)}, {evaluating(9, 0, 0), 8}});
    ASSERT_TRUE(hand_.step());
    ASSERT_TRUE(hand_.step());
    const Task task = evaluating(9, 0, 0);
    const MuOutcome outcome = outcome_of(task, 1, 8);
    ASSERT_FALSE(outcome.answer) << "no object is 6 or more";
    EXPECT_EQ(executed(hand_.events(), 9).hash,
              output_hash(xxh3_64(outcome.receipts, sizeof(SealedReceipt)),
                          (1 << 8) + (u64{0xFFFF} << 16), 2));
}

TEST_F(Evaluation, guard_that_does_not_pass_is_told_by_its_number_behind_the_runs_own) {
    const Event carry = run(evaluating(9, 0, 0, 0));
    EXPECT_EQ(carry.status, static_cast<u8>(TaskStatus::GuardFailed));
    EXPECT_EQ(carry.hash, 1024u);
    EXPECT_EQ(carry.ticks, 5u) << "both guards were evaluated";
    always_.test = GuardTest::Never;
    const Event custom = run(evaluating(9, 0, 0));
    EXPECT_EQ(custom.status, static_cast<u8>(TaskStatus::GuardFailed));
    EXPECT_EQ(custom.hash, 1025u);
    EXPECT_EQ(run(evaluating(9, 0, 0, 0)).hash, 1024u) << "of several the first";
}

TEST_F(Evaluation, refusal_before_a_guard_decides_the_status) {
    const HandlerId late = hand_.handler([](TaskContext& context) {
        static_cast<void>(context.observe(99));
        MuOutcome outcome;
        EXPECT_FALSE(context.evaluate(outcome));
        EXPECT_EQ(outcome.status, MuStatus::GuardFailed);
    });
    Task task = evaluating(9, 0, 0, 0);
    task.handler = late;
    const Event event = run(task);
    EXPECT_EQ(event.status, static_cast<u8>(TaskStatus::NoObservation));
    EXPECT_EQ(event.hash, output_hash());
}

TEST_F(Evaluation, numbers_that_name_nothing_are_refused) {
    const u8 none = static_cast<u8>(TaskStatus::NoSnapshot);
    EXPECT_EQ(run(evaluating(9, 2, 0)).status, none) << "no such task";
    EXPECT_EQ(run(evaluating(9, 0, 2)).status, none) << "no such run";
    EXPECT_EQ(run(evaluating(9, 0xFFFF'FFFF, ~u64{0})).status, none);
    hand_.setup.snapshots = {};
    const Event without = run(evaluating(9, 0, 0));
    EXPECT_EQ(without.status, none);
    EXPECT_EQ(without.ticks, 1u) << "without a snapshot nothing is charged";
}

TEST_F(Evaluation, task_that_follows_is_the_same_but_for_its_number_and_its_life) {
    Task task = evaluating(9, 0, 0);
    task.payload[0] |= u64{2} << 32;
    task.budget_ticks = 8;
    task.level = Level::Low;
    hand_.set_up(1, {{task}});
    ASSERT_TRUE(hand_.step());
    Task next = task;
    next.payload[0] = u64{1} << 32 | 1;
    const auto enqueued = of_kind(hand_.events(), EventKind::TaskEnqueued);
    ASSERT_EQ(enqueued.size(), 2u);
    EXPECT_EQ(enqueued[1].hash, test::task_hash(next));
    EXPECT_EQ(enqueued[1].status, static_cast<u8>(Level::Low));
}

TEST_F(Evaluation, without_life_no_task_follows) {
    hand_.set_up(1, {{evaluating(9, 0, 0)}});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(of_kind(hand_.events(), EventKind::TaskEnqueued).size(), 1u);
}

TEST_F(Evaluation, every_instruction_set_gives_the_same_record) {
    const Event scalar = run_to_end(evaluating(9, 1, 0));
    for (const KernelTable* kernels : test::usable_kernels()) {
        hand_.setup.kernels = kernels;
        EXPECT_EQ(run_to_end(evaluating(9, 1, 0)).hash, scalar.hash) << kernels->name;
    }
}

} // namespace
} // namespace knhk
