// SPDX-License-Identifier: MIT
// What a fiber's receipts say, and what of them and of the rows a commit is made of, read out of
// the rings (docs/determinism.md, 2.15).
#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "isa/eval_task.hpp"
#include "tests/sched/fibers.hpp"

namespace knhk {
namespace {

using test::executed;
using test::Fibers;
using test::ids_of;
using test::of_kind;
using test::task_of;
using test::TwoSnapshots;

class FiberReceipts : public Fibers {
  protected:
    /// Of a slot of the epoch that goes on. They are gone then.
    std::vector<SealedReceipt> receipts_of(u32 core, u32 slot) {
        AssertionRing ring(hand_.setup.memory.share(region::assertions, core, CORES_MAX),
                           ASSERTED_ROWS, RECEIPTS);
        std::vector<SealedReceipt> all;
        ring.drain(
            slot, [&](const SealedReceipt& sealed) { all.push_back(sealed); },
            [](u64, u64, u64, u64) {});
        return all;
    }
    /// What evaluating the run as task 0 leaves.
    SealedReceipt receipt_of(const Task& task, u64 sequence) {
        MuRequest request{};
        std::memcpy(request.words, task.payload, sizeof request.words);
        request.sequence = sequence;
        TickBudget budget(Tick{8});
        static_cast<void>(budget.charge(cost_of(Operation::Execute)));
        const MuWorld world{sealed_[0].snapshot.tables(), runs_, &SCALAR_KERNELS};
        const auto passes = [](u16) { return true; };
        MuOutcome outcome{};
        EXPECT_EQ(eval_task(budget, world, request, passes, NoFlows(), outcome), MuStatus::Ok);
        return outcome.receipts[0];
    }
    /// Its rows, each with the number of its receipt, as a commit takes them in.
    static void take_in_rows(Sha256& digest, const TripleRun& run, u64 receipt) {
        for (u32 row = 0; row < run.length; ++row) {
            const u64 words[4] = {run.subjects[row], run.predicate, run.objects[row], receipt};
            digest.update(std::as_bytes(std::span(words)));
        }
    }
};

TEST_F(FiberReceipts, say_on_which_core_and_in_which_beat_which_hook_looked_at_how_many_rows) {
    hand_.set_up(2, {{delta(5, 0, 0), 3}, {delta(7, 0, 1), 3}});
    ASSERT_TRUE(hand_.step());
    ASSERT_EQ(hand_.plan().beat.raw, 3u);
    const auto receipts = receipts_of(1, 3);
    ASSERT_EQ(receipts.size(), 2u);
    for (u32 i = 0; i < 2; ++i) {
        const Receipt& receipt = receipts[i].receipt;
        EXPECT_EQ(receipt.cycle, 3u);
        EXPECT_EQ(receipt.shard, 1u) << "the core that admitted the delta";
        EXPECT_EQ(receipt.hook, u64{1} << 32) << "hook 0 of task 0";
        EXPECT_EQ(receipt.ticks, 8u);
        EXPECT_EQ(receipt.actual_ticks, 0u) << "no cycles are in a run";
        EXPECT_EQ(receipt.lanes, runs_[i].length);
        EXPECT_EQ(receipt.span, span_id(3, u64{1} << 32, i));
        EXPECT_EQ(receipt.a_hash, a_hash_of(runs_[i]));
    }
    EXPECT_NE(receipts[0].receipt.span, receipts[1].receipt.span);
}

TEST_F(FiberReceipts, of_a_fiber_that_put_no_query_say_how_it_ended) {
    hand_.set_up(1, {{delta(9, 99, 2), 2}}); // there is no task 99
    ASSERT_TRUE(hand_.step());
    const Event record = executed(hand_.events(), 9);
    ASSERT_EQ(record.status, static_cast<u8>(TaskStatus::NoSnapshot));
    const auto receipts = receipts_of(0, 2);
    ASSERT_EQ(receipts.size(), 1u);
    EXPECT_EQ(receipts[0].receipt.cycle, 2u);
    EXPECT_EQ(receipts[0].receipt.hook, (u64{99} << 16) + 65535);
    EXPECT_EQ(receipts[0].receipt.ticks, record.ticks);
    EXPECT_EQ(receipts[0].receipt.lanes, 2u);
    EXPECT_EQ(receipts[0].receipt.a_hash, a_hash_of(runs_[2]));
    const Query query{.subject = 0, .predicate = 0, .object = 0, .threshold = record.status};
    EXPECT_EQ(receipts[0].content, binding_hash(runs_[2], OpCode{}, query, {false, 0}));
}

/// By hand: a false fiber between two true ones, and a row in another slot.
TEST_F(FiberReceipts, are_named_in_a_commit_by_the_rows_that_they_brought_forth) {
    const Task first = delta(1, 0, 0);
    const Task second = delta(2, 0, 2);
    const Task third = delta(3, 0, 1);
    hand_.set_up(1, {{first}, {second}, {third}, {delta(4, 0, 1, test::ByHand::IDLE), 1}});
    const auto all = run_to_end();
    const auto commits = of_kind(all, EventKind::Commit);
    ASSERT_EQ(commits.size(), 1u);
    EXPECT_EQ(commits[0].ticks, 4u);
    EXPECT_EQ(commits[0].task_id, u64{8 + 2 + 1 + 1} << 32 | 9u);
    Sha256 digest;
    const SealedReceipt receipts[] = {receipt_of(first, 0), receipt_of(second, 1),
                                      receipt_of(third, 2)};
    digest.update(std::as_bytes(std::span(receipts)));
    take_in_rows(digest, runs_[0], 0);
    take_in_rows(digest, runs_[1], 2);
    const u64 bare_hook = 0xFFFF;
    const SealedReceipt bare{{1, 0, bare_hook, executed(all, 4).ticks, 0, 1, 0,
                              span_id(1, bare_hook, 0), a_hash_of(runs_[1])},
                             binding_hash(runs_[1], OpCode{}, Query{}, {false, 0})};
    digest.update(std::as_bytes(std::span(&bare, 1)));
    EXPECT_EQ(commits[0].hash,
              load_le<u64>(reinterpret_cast<const std::byte*>(digest.finish().data())));
}

TEST_F(FiberReceipts, are_committed_before_the_first_slot_of_the_next_epoch_leaves_some) {
    hand_.set_up(1, {{delta(1, 0, 0)},
                     {delta(2, 0, 0), 7},
                     {delta(3, 0, 0), 8},
                     {task_of(4), 16},
                     {task_of(5), 24}});
    std::vector<std::pair<u64, u64>> commits; // beat, receipts
    while (hand_.step()) {
        for (const Event& commit : of_kind(hand_.events(), EventKind::Commit)) {
            commits.emplace_back(hand_.plan().beat.raw, commit.ticks);
        }
    }
    EXPECT_EQ(commits, (std::vector<std::pair<u64, u64>>{{8, 2}, {16, 1}}))
        << "none in beat 0, and none of nothing";
}

TEST_F(FiberReceipts, are_left_for_seven_emissions_and_not_for_eight) {
    u64 spawns = 0;
    const HandlerId emit = hand_.handler([&](TaskContext& context) {
        context.work(8); // too much for its slot: W1 has the ticks for all that follows
        for (u64 i = 0; i < spawns; ++i) {
            static_cast<void>(context.spawn(task_of(100)));
        }
        MuOutcome outcome;
        static_cast<void>(context.evaluate(outcome));
    });
    for (spawns = 6; spawns < 8; ++spawns) {
        hand_.set_up(1, {{delta(9, 0, 0, emit)}});
        ASSERT_TRUE(hand_.step());
        std::vector<u8> ends;
        for (const Event& run : of_kind(hand_.events(), EventKind::TaskExecuted)) {
            if (run.task_id == 9) {
                ends.push_back(run.status);
            }
        }
        const TaskStatus last = spawns == 6 ? TaskStatus::Ok : TaskStatus::EmitLimit;
        EXPECT_EQ(ends,
                  (std::vector<u8>{static_cast<u8>(TaskStatus::Parked), static_cast<u8>(last)}));
        EXPECT_EQ(counts().rows_asserted, spawns == 6 ? 8u : 0u);
        EXPECT_EQ(counts().receipts, 1u) << "at least one of its own";
    }
}

TEST_F(FiberReceipts, each_core_has_rings_of_its_own) {
    std::vector<test::Input> inputs;
    for (u64 i = 0; i < 9; ++i) {
        inputs.push_back({delta(2 * i, 0, 1)});
    }
    inputs.push_back({delta(1, 0, 0)});
    hand_.set_up(2, inputs);
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(ids_of(hand_.events(0), EventKind::TaskExecuted).size(), 8u) << "one is left";
    EXPECT_EQ(ids_of(hand_.events(1), EventKind::TaskExecuted), (std::vector<u64>{1}));
    EXPECT_EQ(receipts_of(0, 0).size(), 8u);
    EXPECT_EQ(receipts_of(1, 0).size(), 1u);
}

TEST_F(FiberReceipts, spawned_delta_without_places_in_the_next_slot_is_refused_at_once) {
    std::vector<TaskStatus> statuses;
    const HandlerId emit = hand_.handler([&](TaskContext& context) {
        for (u64 id = 10; id < 15; ++id) { // 40 rows
            statuses.push_back(context.spawn(delta(id, 0, 0)));
        }
    });
    hand_.set_up(1, {{task_of(7, emit)}});
    ASSERT_TRUE(hand_.step());
    using enum TaskStatus;
    EXPECT_EQ(statuses, (std::vector<TaskStatus>{Ok, Ok, Ok, Ok, QueueFull}));
    EXPECT_EQ(executed(hand_.events(), 7).status, static_cast<u8>(QueueFull));
    EXPECT_EQ(ids_of(hand_.events(), EventKind::TaskEnqueued),
              (std::vector<u64>{7, 10, 11, 12, 13}))
        << "nothing of it has entered";
}

} // namespace
} // namespace knhk
