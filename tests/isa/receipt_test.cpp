// SPDX-License-Identifier: MIT
// Receipts can be held against what they say, and every change of it is found.
#include "isa/receipt.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <set>
#include <utility>

#include "tests/isa/small_world.hpp"

namespace knhk {
namespace {

SealedReceipt receipt_of(const SmallWorld& small) {
    const MuOutcome outcome = small.run();
    EXPECT_EQ(outcome.hooks_run, 1) << text_of(outcome.status);
    return outcome.receipts[0];
}

TEST(Receipt, says_where_and_when_what_was_evaluated) {
    const Receipt receipt = receipt_of(SmallWorld()).receipt;
    EXPECT_EQ(receipt.cycle, 6U);
    EXPECT_EQ(receipt.shard, 3U);
    EXPECT_EQ(receipt.hook, hook_number(3, 0, 0));
    EXPECT_EQ(receipt.ticks, 8U);
    EXPECT_EQ(receipt.actual_ticks, 0U) << "cycles are no part of a run";
    EXPECT_EQ(receipt.lanes, 3U);
    EXPECT_EQ(receipt.pad, 0U);
    EXPECT_EQ(receipt.span, span_id(6, hook_number(3, 0, 0), 20));
}

TEST(Receipt, names_the_task_and_the_hook) {
    SmallWorld small;
    small.hooks.push_back(SmallWorld::hook(OpCode::AskSpo));
    small.runs.push_back(small.runs[0]);
    small.tasks[1] = SmallWorld::task({}, {1});
    small.request.words[0] = 1;
    small.request.words[1] = 1;
    const SealedReceipt receipt = receipt_of(small);
    EXPECT_EQ(receipt.receipt.hook, u64{3} << 32 | u64{1} << 16 | 1);
    EXPECT_TRUE(holds(receipt, small.world(), small.request));
}

/// As its definition says it: each row that is there, word by word.
TEST(Receipt, a_hash_is_the_exclusive_or_of_the_rows) {
    TripleRun run = SmallWorld().runs[0];
    for (run.length = 0; run.length <= RUN_ROWS; ++run.length) {
        u64 wanted = 0;
        for (u32 row = 0; row < run.length; ++row) {
            wanted ^= run.subjects[row] ^ run.predicate ^ run.objects[row];
        }
        EXPECT_EQ(a_hash_of(run), wanted) << run.length;
    }
}

TEST(Receipt, span_ids_of_a_hook_are_all_different_and_none_is_0) {
    std::set<u64> spans{0};
    for (u64 cycle = 0; cycle < 64; ++cycle) {
        for (u64 sequence = 0; sequence < 256; ++sequence) {
            EXPECT_TRUE(spans.insert(span_id(cycle, 5, sequence)).second) << cycle;
        }
    }
    EXPECT_NE(span_id(1, 5, 1), span_id(1, 6, 1));
    EXPECT_EQ(span_id(0, 0, 0), 1U) << "what would be 0 is not";
}

TEST(Receipt, all_of_it_is_written_whatever_was_there) {
    const SmallWorld small;
    MuOutcome outcome;
    std::memset(static_cast<void*>(&outcome), 0xA5, sizeof outcome);
    TickBudget budget(Tick{100});
    const auto none = [](u16) { return false; };
    static_cast<void>(budget.charge(cost_of(Operation::Execute)));
    ASSERT_EQ(eval_task(budget, small.world(), small.request, none, NoFlows(), outcome),
              MuStatus::Ok);
    const SealedReceipt wanted = receipt_of(small);
    EXPECT_EQ(std::memcmp(&outcome.receipts[0], &wanted, sizeof wanted), 0);
    EXPECT_TRUE(outcome.answer);
    EXPECT_EQ(outcome.guards, 0xFF);
    EXPECT_EQ(outcome.hooks_run, 1);
    EXPECT_EQ(outcome.next_task, 1);
}

/// Computed from docs/isa.md by another program.
TEST(Receipt, hash_is_the_one_that_the_document_states) {
    EXPECT_EQ(receipt_of(SmallWorld()).content, 0x28D'0AD1'4B36'500D);
}

TEST(Receipt, holds_for_every_operation) {
    for (u32 raw = 0; raw < OP_CODES_END; ++raw) {
        SmallWorld small;
        small.hooks[0].op = static_cast<OpCode>(raw);
        if (is_defined(small.hooks[0].op)) {
            EXPECT_TRUE(holds(receipt_of(small), small.world(), small.request)) << raw;
        }
    }
}

TEST(Receipt, every_bit_of_what_it_says_of_the_run_counts) {
    SmallWorld small;
    small.hooks[0].op = OpCode::Construct8;
    const SealedReceipt good = receipt_of(small);
    const std::size_t ends[][2] = {
        {offsetof(Receipt, hook), offsetof(Receipt, ticks)},
        {offsetof(Receipt, lanes), offsetof(Receipt, pad)},
        {offsetof(Receipt, a_hash), sizeof(SealedReceipt)},
    };
    for (const auto& [begin, end] : ends) {
        for (std::size_t bit = 8 * begin; bit < 8 * end; ++bit) {
            SealedReceipt bad = good;
            reinterpret_cast<unsigned char*>(&bad)[bit / 8] ^=
                static_cast<unsigned char>(1U << (bit % 8));
            EXPECT_FALSE(holds(bad, small.world(), small.request)) << "bit " << bit;
        }
    }
    EXPECT_TRUE(holds(good, small.world(), small.request));
}

TEST(Receipt, every_word_of_the_run_counts_and_stale_rows_do_not) {
    SmallWorld small;
    const SealedReceipt receipt = receipt_of(small);
    for (u32 word = 0; word < 2 * RUN_ROWS; ++word) {
        SmallWorld changed = small;
        TripleRun& run = changed.runs[0];
        (word < RUN_ROWS ? run.subjects[word] : run.objects[word - RUN_ROWS]) ^= u64{1} << 40;
        EXPECT_EQ(holds(receipt, changed.world(), small.request), word % RUN_ROWS >= run.length)
            << word;
    }
}

TEST(Receipt, rows_that_change_places_are_another_run) {
    SmallWorld small;
    const u64 before = receipt_of(small).content;
    std::swap(small.runs[0].subjects[0], small.runs[0].subjects[1]);
    std::swap(small.runs[0].objects[0], small.runs[0].objects[1]);
    EXPECT_NE(receipt_of(small).content, before);
}

TEST(Receipt, another_answer_is_another_hash) {
    const SmallWorld small;
    const Query query{7, 5, 2, 2};
    const u64 yes = binding_hash(small.runs[0], OpCode::AskSp, query, {true, 0});
    EXPECT_NE(binding_hash(small.runs[0], OpCode::AskSp, query, {false, 0}), yes);
    EXPECT_NE(binding_hash(small.runs[0], OpCode::AskSp, query, {true, 1}), yes);
    EXPECT_NE(binding_hash(small.runs[0], OpCode::AskOp, query, {true, 0}), yes);
}

} // namespace
} // namespace knhk
