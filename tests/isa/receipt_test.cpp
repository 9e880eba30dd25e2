// SPDX-License-Identifier: MIT
// Receipts can be held against what they say, and every change of it is found.
#include "isa/receipt.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <utility>

#include "tests/isa/small_world.hpp"

namespace knhk {
namespace {

Receipt receipt_of(const SmallWorld& small) {
    const MuOutcome outcome = small.run();
    EXPECT_EQ(outcome.hooks_run, 1) << text_of(outcome.status);
    return outcome.receipts[0];
}

TEST(Receipt, says_what_was_evaluated) {
    const Receipt receipt = receipt_of(SmallWorld());
    EXPECT_EQ(receipt.run, 0U);
    EXPECT_EQ(receipt.task, 0U);
    EXPECT_EQ(receipt.hook, 0);
    EXPECT_EQ(receipt.op, OpCode::AskSp);
    EXPECT_EQ(receipt.answer, 1);
    EXPECT_EQ(receipt.rows, 0U) << "a boolean operation emits nothing";
    EXPECT_EQ(receipt.lanes, 3U);
    EXPECT_EQ(receipt.ticks, 8U);
    EXPECT_EQ(receipt.subject, 7U);
}

TEST(Receipt, names_the_task_the_run_and_the_hook) {
    SmallWorld small;
    small.hooks.push_back(SmallWorld::hook(OpCode::AskSpo));
    small.runs.push_back(small.runs[0]);
    small.tasks[1] = SmallWorld::task({}, {1});
    small.request = {{1, 1, 7, 2}};
    const Receipt receipt = receipt_of(small);
    EXPECT_EQ(receipt.task, 1U);
    EXPECT_EQ(receipt.run, 1U);
    EXPECT_EQ(receipt.hook, 1);
    EXPECT_EQ(receipt.op, OpCode::AskSpo);
    EXPECT_TRUE(holds(receipt, small.world()));
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
    const Receipt wanted = receipt_of(small);
    EXPECT_EQ(std::memcmp(&outcome.receipts[0], &wanted, sizeof wanted), 0);
    EXPECT_TRUE(outcome.answer);
    EXPECT_EQ(outcome.guards, 0xFF);
    EXPECT_EQ(outcome.hooks_run, 1);
    EXPECT_EQ(outcome.next_task, 1);
}

/// Computed from docs/isa.md by another program.
TEST(Receipt, hash_is_the_one_that_the_document_states) {
    EXPECT_EQ(receipt_of(SmallWorld()).hash, 0x28D'0AD1'4B36'500D);
}

TEST(Receipt, holds_for_every_operation) {
    for (u32 raw = 0; raw < OP_CODES_END; ++raw) {
        SmallWorld small;
        small.hooks[0].op = static_cast<OpCode>(raw);
        if (is_defined(small.hooks[0].op)) {
            EXPECT_TRUE(holds(receipt_of(small), small.world())) << raw;
        }
    }
}

TEST(Receipt, every_bit_of_what_it_says_of_the_run_counts) {
    SmallWorld small;
    small.hooks[0].op = OpCode::Construct8;
    const Receipt good = receipt_of(small);
    const std::size_t ends[][2] = {
        {offsetof(Receipt, hash), offsetof(Receipt, task)},
        {offsetof(Receipt, lanes), offsetof(Receipt, reserved)},
    };
    for (const auto& [begin, end] : ends) {
        for (std::size_t bit = 8 * begin; bit < 8 * end; ++bit) {
            Receipt bad = good;
            reinterpret_cast<unsigned char*>(&bad)[bit / 8] ^=
                static_cast<unsigned char>(1U << (bit % 8));
            EXPECT_FALSE(holds(bad, small.world())) << "bit " << bit;
        }
    }
    EXPECT_TRUE(holds(good, small.world()));
}

TEST(Receipt, every_word_of_the_run_counts_and_stale_rows_do_not) {
    SmallWorld small;
    const Receipt receipt = receipt_of(small);
    for (u32 word = 0; word < 2 * RUN_ROWS; ++word) {
        SmallWorld changed = small;
        TripleRun& run = changed.runs[0];
        (word < RUN_ROWS ? run.subjects[word] : run.objects[word - RUN_ROWS]) ^= u64{1} << 40;
        EXPECT_EQ(holds(receipt, changed.world()), word % RUN_ROWS >= run.length) << word;
    }
}

TEST(Receipt, rows_that_change_places_are_another_run) {
    SmallWorld small;
    const u64 before = receipt_of(small).hash;
    std::swap(small.runs[0].subjects[0], small.runs[0].subjects[1]);
    std::swap(small.runs[0].objects[0], small.runs[0].objects[1]);
    EXPECT_NE(receipt_of(small).hash, before);
}

TEST(Receipt, another_answer_is_another_hash) {
    const SmallWorld small;
    const Query query{7, 5, 2, 2};
    const u64 yes = hash_of(small.runs[0], OpCode::AskSp, query, {true, 0});
    EXPECT_NE(hash_of(small.runs[0], OpCode::AskSp, query, {false, 0}), yes);
    EXPECT_NE(hash_of(small.runs[0], OpCode::AskSp, query, {true, 1}), yes);
    EXPECT_NE(hash_of(small.runs[0], OpCode::AskOp, query, {true, 0}), yes);
}

} // namespace
} // namespace knhk
