// SPDX-License-Identifier: MIT
// One hook over one run: its receipt, what it asserts, and when it is parked instead.
#include "beat/fiber.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <vector>

#include "tests/beat/ring_memory.hpp"
#include "tests/isa/naive.hpp"
#include "tests/support/usable_kernels.hpp"

namespace knhk {
namespace {

using test::below;
using test::RingMemory;

constexpr u64 PREDICATE = 5;

TripleRun small_run() {
    return {.subjects = {7, 9, 7},
            .objects = {1, 2, 3},
            .predicate = PREDICATE,
            .length = 3,
            .reserved = {}};
}

FiberHook asks(OpCode op, u64 subject = 7, u64 object = 1, u64 threshold = 0) {
    return {op, {subject, PREDICATE, object, threshold}};
}

FiberOutcome execute(const TripleRun& run, const FiberHook& hook, const FiberLimits& limits = {},
                     FiberPlace place = {1, 0, hook_of_predicate(0, PREDICATE), 0}) {
    RowResult rows;
    return execute_fiber(SCALAR_KERNELS, run, hook, place, limits, rows);
}

// The test of the first design: cycle 1, shard 0.
TEST(Fiber, its_receipt_says_where_it_comes_from) {
    const FiberOutcome outcome = execute(small_run(), asks(OpCode::AskSp));
    ASSERT_EQ(outcome.status, FiberStatus::Completed);
    const Receipt& receipt = outcome.sealed.receipt;
    EXPECT_EQ(receipt.cycle, 1u);
    EXPECT_EQ(receipt.shard, 0u);
    EXPECT_EQ(receipt.hook, hook_of_predicate(0, PREDICATE));
    EXPECT_GT(receipt.ticks, 0u);
    EXPECT_LE(receipt.ticks, 8u);
    EXPECT_EQ(receipt.actual_ticks, 0u) << "nobody measured";
    EXPECT_EQ(receipt.lanes, 3u);
    EXPECT_NE(receipt.span, 0u);
    EXPECT_EQ(receipt.a_hash, u64{7 ^ 9 ^ 7} ^ PREDICATE ^ (1 ^ 2 ^ 3));
}

TEST(Fiber, boolean_operations_cost_2_and_those_that_emit_8) {
    EXPECT_EQ(execute(small_run(), asks(OpCode::CompareOGt)).sealed.receipt.ticks, 2u);
    EXPECT_EQ(execute(small_run(), asks(OpCode::SelectSp)).sealed.receipt.ticks, 8u);
    EXPECT_EQ(execute(small_run(), asks(OpCode::Construct8)).sealed.receipt.ticks, 8u);
}

TEST(Fiber, hardware_cycles_are_the_difference_of_the_counter_as_far_as_32_bits_go) {
    for (const u64 step : {u64{40}, u64{0xFFFF'FFFE}, u64{0xFFFF'FFFF}, u64{1} << 40}) {
        u64 now = 1000;
        RowResult rows;
        const FiberOutcome outcome = execute_fiber(SCALAR_KERNELS, small_run(), asks(OpCode::AskSp),
                                                   {}, {}, rows, [&] { return now += step; });
        EXPECT_EQ(outcome.sealed.receipt.actual_ticks, step < 0xFFFF'FFFF ? step : 0xFFFF'FFFF);
    }
}

/// Every operation on every kernel against the naive loop, and the content against the result.
TEST(Fiber, answers_as_the_naive_loop_and_seals_what_it_answered) {
    std::mt19937_64 random(23);
    for (const KernelTable* kernels : test::usable_kernels()) {
        for (u32 round = 0; round < 20'000; ++round) {
            TripleRun run = small_run();
            run.length = below(random, 9);
            for (u32 row = 0; row < RUN_ROWS; ++row) {
                run.subjects[row] = below(random, 3);
                run.objects[row] = below(random, 3);
            }
            const OpCode op = static_cast<OpCode>(below(random, 34));
            const FiberHook hook = asks(op, below(random, 3), below(random, 3), below(random, 9));
            RowResult rows{};
            const FiberOutcome outcome =
                execute_fiber(*kernels, run, hook, {9, 1, 2, round}, {}, rows);
            if (!is_defined(op)) {
                ASSERT_EQ(outcome.status, FiberStatus::Error);
                ASSERT_EQ(outcome.error, Error::UnknownOperation);
                continue;
            }
            RowResult wanted{};
            if (!is_boolean(op)) {
                naive::emit(op, run, hook.query, wanted);
            }
            const bool answer =
                is_boolean(op) ? naive::answer(op, run, hook.query) : wanted.mask != 0;
            ASSERT_EQ(outcome.status, FiberStatus::Completed);
            ASSERT_EQ(outcome.answer, answer) << static_cast<u32>(op);
            ASSERT_EQ(std::memcmp(&rows, &wanted, sizeof rows), 0);
            ASSERT_EQ(outcome.sealed.content,
                      binding_hash(run, op, hook.query, {answer, wanted.mask}));
        }
    }
}

TEST(Fiber, what_is_not_for_here_is_parked_with_its_cause) {
    const FiberOutcome emits = execute(small_run(), asks(OpCode::Construct8),
                                       {.budget = Tick{8}, .highest = RuntimeClass::R1});
    EXPECT_EQ(emits.status, FiberStatus::Parked);
    EXPECT_EQ(emits.cause, ParkCause::Class);
    const FiberOutcome costs = execute(small_run(), asks(OpCode::Construct8),
                                       {.budget = Tick{7}, .highest = RuntimeClass::W1});
    EXPECT_EQ(costs.status, FiberStatus::Parked);
    EXPECT_EQ(costs.cause, ParkCause::Budget);
    EXPECT_EQ(
        execute(small_run(), asks(OpCode::AskSp), {.budget = Tick{2}, .highest = RuntimeClass::R1})
            .status,
        FiberStatus::Completed)
        << "exactly its cost";
    EXPECT_EQ(execute(small_run(), asks(OpCode::AskSp), {.budget = Tick{1}}).cause,
              ParkCause::Budget);
    const FiberAdmission many = admit_to_fiber(OpCode::AskSp, 9, {});
    EXPECT_EQ(many.status, FiberStatus::Parked) << "more rows than a run has are not hot";
    EXPECT_EQ(many.cause, ParkCause::Class);
    EXPECT_EQ(admit_to_fiber(static_cast<OpCode>(0), 9, {}).status, FiberStatus::Error);
}

TEST(Fiber, emitted_rows_lose_their_gaps_and_keep_their_order) {
    RowResult rows{};
    rows.predicate = 11;
    rows.mask = 0b1010'0101;
    for (u32 lane = 0; lane < RUN_ROWS; ++lane) {
        rows.subjects[lane] = 10 + lane;
        rows.objects[lane] = 20 + lane;
    }
    compact(rows);
    EXPECT_EQ(rows.mask, 0b1111u);
    const u64 lanes[] = {0, 2, 5, 7};
    for (u32 row = 0; row < 4; ++row) {
        EXPECT_EQ(rows.subjects[row], 10 + lanes[row]);
        EXPECT_EQ(rows.objects[row], 20 + lanes[row]);
    }
    RowResult none{};
    compact(none);
    EXPECT_EQ(none.mask, 0u);
}

/// The three rings of a shard.
struct Shard {
    explicit Shard(u32 assertion_rows = 64, u32 parked_size = 4)
        : delta_memory(DeltaRing::bytes(32)),
          assertion_memory(AssertionRing::bytes(assertion_rows, 8)),
          park_memory(RunParkRing::bytes(parked_size)), deltas(delta_memory.get(), 32),
          assertions(assertion_memory.get(), assertion_rows, 8),
          parked(park_memory.get(), parked_size) {}

    Result<u32> process(const FiberHook& hook, u64 cycle, const FiberLimits& limits = {}) {
        return process_run(SCALAR_KERNELS, {deltas, assertions, parked}, hook,
                           {cycle, 2, hook_of_predicate(2, PREDICATE), 0}, limits);
    }
    void admit(const TripleRun& run, u64 cycle) {
        ASSERT_TRUE(deltas.enqueue_run(Beat{cycle}.slot(), run, cycle).has_value());
    }
    /// What was asserted in the slot, one execution.
    AssertionCount take(u32 slot, TripleRun& rows, SealedReceipt& receipt) {
        u64 predicates[RUN_ROWS];
        u32 receipt_of[RUN_ROWS];
        const auto count = assertions.dequeue(
            slot, {rows.subjects, predicates, rows.objects, receipt_of, RUN_ROWS, &receipt, 1});
        rows.predicate = predicates[0];
        return count.value_or(AssertionCount{99, 99});
    }

    RingMemory delta_memory;
    RingMemory assertion_memory;
    RingMemory park_memory;
    DeltaRing deltas;
    AssertionRing assertions;
    RunParkRing parked;
};

TEST(ProcessRun, true_boolean_hook_asserts_the_run_and_a_false_one_its_receipt_alone) {
    Shard shard;
    shard.admit(small_run(), 11);
    shard.admit(small_run(), 11);
    EXPECT_EQ(shard.process(asks(OpCode::AskSp, 7), 11), 3u);
    EXPECT_EQ(shard.process(asks(OpCode::AskSp, 8), 11), 3u);
    EXPECT_EQ(shard.process(asks(OpCode::AskSp, 8), 11), 0u) << "nothing is left";
    TripleRun rows{};
    SealedReceipt receipt{};
    ASSERT_EQ(shard.take(3, rows, receipt), (AssertionCount{3, 1}));
    EXPECT_EQ(std::memcmp(rows.subjects, small_run().subjects, 3 * sizeof(u64)), 0);
    EXPECT_EQ(std::memcmp(rows.objects, small_run().objects, 3 * sizeof(u64)), 0);
    EXPECT_EQ(rows.predicate, PREDICATE);
    EXPECT_EQ(receipt.receipt.cycle, 11u);
    EXPECT_EQ(receipt.receipt.shard, 2u);
    ASSERT_EQ(shard.take(3, rows, receipt), (AssertionCount{0, 1}));
    EXPECT_EQ(receipt.content,
              binding_hash(small_run(), OpCode::AskSp, asks(OpCode::AskSp, 8).query, {false, 0}));
}

TEST(ProcessRun, emitting_hook_asserts_what_it_emitted) {
    Shard shard;
    TripleRun run = small_run();
    run.subjects[1] = 0; // no triple is constructed of it
    shard.admit(run, 0);
    EXPECT_EQ(shard.process(asks(OpCode::Construct8, 0, 77), 0), 3u);
    TripleRun rows{};
    SealedReceipt receipt{};
    ASSERT_EQ(shard.take(0, rows, receipt), (AssertionCount{2, 1}));
    EXPECT_EQ(rows.subjects[1], 7u);
    EXPECT_EQ(rows.objects[0], 77u);
    EXPECT_EQ(rows.objects[1], 77u);
    EXPECT_EQ(receipt.receipt.lanes, 3u) << "what was looked at, not what came of it";
}

TEST(ProcessRun, run_without_room_for_its_assertions_is_parked_whole) {
    Shard shard(8);
    TripleRun run = small_run();
    run.length = 5;
    shard.admit(run, 4);
    shard.admit(run, 4);
    EXPECT_EQ(shard.process(asks(OpCode::AskSp), 4), 5u);
    EXPECT_EQ(shard.process(asks(OpCode::AskSp), 12), 5u);
    EXPECT_EQ(shard.assertions.count(4), (AssertionCount{5, 1}));
    ParkedRun parked{};
    ASSERT_TRUE(shard.parked.pop(parked));
    EXPECT_EQ(parked.cause, ParkCause::OutputFull);
    EXPECT_EQ(parked.cycle, 4u) << "the cycle that it was admitted for";
    EXPECT_EQ(parked.slot, 4u);
    EXPECT_EQ(parked.hook, hook_of_predicate(2, PREDICATE));
    EXPECT_EQ(parked.run.length, 5u);
    EXPECT_EQ(std::memcmp(parked.run.subjects, run.subjects, sizeof run.subjects), 0);
}

TEST(ProcessRun, run_that_nobody_has_room_for_stays_where_it_is) {
    Shard shard(8, 1);
    for (u32 i = 0; i < 3; ++i) {
        shard.admit(small_run(), 6);
    }
    const FiberLimits hot{.budget = Tick{8}, .highest = RuntimeClass::R1};
    EXPECT_EQ(shard.process(asks(OpCode::SelectSp), 6, hot), 3u);
    EXPECT_EQ(shard.process(asks(OpCode::SelectSp), 6, hot).error(), Error::QueueFull);
    EXPECT_EQ(shard.process(asks(static_cast<OpCode>(33)), 6).error(), Error::UnknownOperation);
    EXPECT_EQ(shard.deltas.rows(6), 6u);
    EXPECT_TRUE(shard.assertions.is_empty(6));
    EXPECT_EQ(shard.process(asks(OpCode::AskSp), 6), 3u) << "it can still be executed";
}

} // namespace
} // namespace knhk
