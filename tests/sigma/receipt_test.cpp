// SPDX-License-Identifier: MIT
// Each invariant is seen to hold and seen to be broken, and a receipt is either as it was written
// or refused.
#include "sigma/receipt.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "sched/limits.hpp"
#include "sched/task.hpp"
#include "sigma/task_cost.hpp"
#include "tests/support/snapshot_builder.hpp"

namespace knhk {
namespace {

// What a snapshot may say is what the scheduler has.
static_assert(SIGMA_TICKS_MAX == WARM_TICKS_MAX && SIGMA_PAYLOAD_WORDS == PAYLOAD_WORDS &&
              SIGMA_CUSTOM_GUARDS == GUARD_IDS && SIGMA_GUARDS_MAX == GUARDS_MAX);

using test::opened;
using test::SnapshotDraft;
using test::task_with;

u32 invariants_of(const SnapshotDraft& draft) {
    const auto bytes = draft.bytes();
    return invariants_of(opened(bytes));
}

TEST(Invariants, all_hold_of_a_good_snapshot) {
    EXPECT_EQ(invariants_of(SnapshotDraft()), INVARIANTS_ALL);
}

TEST(Invariants, without_a_task_it_is_not_complete) {
    SnapshotDraft draft;
    draft.tasks.clear();
    draft.hooks.clear();
    draft.guards.clear();
    draft.patterns.clear();
    EXPECT_EQ(invariants_of(draft), INVARIANTS_ALL & ~INVARIANT_COMPLETENESS);
}

TEST(Invariants, two_equal_hooks_are_not_consistent) {
    SnapshotDraft draft;
    draft.hooks.push_back(draft.hooks[0]);
    draft.tasks[1] = task_with({2, 3});
    EXPECT_EQ(invariants_of(draft), INVARIANTS_ALL & ~INVARIANT_CONSISTENCY);
    draft.hooks[3].predicate += 1;
    EXPECT_EQ(invariants_of(draft), INVARIANTS_ALL) << "another predicate is another hook";
}

TEST(Invariants, empty_parts_are_not_correct) {
    constexpr u32 OTHERS = INVARIANTS_ALL & ~INVARIANT_CORRECTNESS;
    SnapshotDraft without_hook;
    without_hook.tasks.push_back(task_with({}));
    EXPECT_EQ(invariants_of(without_hook), OTHERS);
    SnapshotDraft with_idle_hook;
    with_idle_hook.hooks.push_back({OpCode::AskSp, 0, 0, 0, 1, 2, 0});
    EXPECT_EQ(invariants_of(with_idle_hook), OTHERS);
    SnapshotDraft with_idle_guard;
    with_idle_guard.guards.push_back(with_idle_guard.guards[0]);
    EXPECT_EQ(invariants_of(with_idle_guard), OTHERS);
    SnapshotDraft with_idle_pattern;
    with_idle_pattern.tasks.clear();
    with_idle_pattern.hooks.clear();
    with_idle_pattern.guards.clear();
    EXPECT_EQ(invariants_of(with_idle_pattern), OTHERS & ~INVARIANT_COMPLETENESS);
}

TEST(Invariants, task_that_can_never_run_is_not_performant) {
    SnapshotDraft draft;
    draft.tasks[1] = task_with({2, 2, 2, 2, 2, 2}); // 3 + 54
    draft.tasks[1].guard_count = 7;
    const auto bytes = draft.bytes();
    const Snapshot good = opened(bytes);
    EXPECT_EQ(ticks_of(good.tables().tasks[1], good.tables()), SIGMA_TICKS_MAX);
    EXPECT_EQ(invariants_of(good), INVARIANTS_ALL);
    draft.tasks[1].guard_count = 8;
    EXPECT_EQ(invariants_of(draft), INVARIANTS_ALL & ~INVARIANT_PERFORMANCE);
}

TEST(TaskCost, is_the_sum_of_its_parts) {
    const auto bytes = SnapshotDraft().bytes();
    const Snapshot snapshot = opened(bytes);
    const SigmaTables& tables = snapshot.tables();
    EXPECT_EQ(ticks_of(tables.tasks[0], tables), 1u + 1 + 1 + 2 + 2 * 3 + 1)
        << "the task that follows too";
    EXPECT_EQ(ticks_of(tables.tasks[1], tables), 1u + 1 + 1 + 9 + 1);
}

TEST(Receipt, names_its_snapshot_and_what_holds) {
    const auto bytes = SnapshotDraft().bytes();
    const ValidationReceipt receipt = receipt_of(opened(bytes));
    EXPECT_TRUE(is_intact(receipt));
    EXPECT_EQ(receipt.invariants, INVARIANTS_ALL);
    EXPECT_EQ(receipt.snapshot_id, opened(bytes).id());
}

TEST(Receipt, every_bit_that_changes_is_noticed) {
    const auto bytes = SnapshotDraft().bytes();
    const ValidationReceipt good = receipt_of(opened(bytes));
    for (std::size_t at = 0; at < sizeof good; ++at) {
        for (u32 bit = 0; bit < 8; ++bit) {
            std::byte raw[sizeof good];
            std::memcpy(raw, &good, sizeof good);
            raw[at] ^= std::byte{1} << bit;
            ValidationReceipt bad;
            std::memcpy(&bad, raw, sizeof bad);
            EXPECT_FALSE(is_intact(bad)) << "byte " << at << ", bit " << bit;
        }
    }
}

// --- a snapshot and its receipt ------------------------------------------------------------------

std::vector<std::byte> sealed(const SnapshotDraft& draft, const ValidationReceipt& receipt) {
    std::vector<std::byte> bytes = draft.bytes();
    const auto tail = std::as_bytes(std::span(&receipt, 1));
    bytes.insert(bytes.end(), tail.begin(), tail.end());
    return bytes;
}

SnapshotFlaw flaw_of(const std::vector<std::byte>& bytes) {
    const auto both = SealedSnapshot::open(bytes);
    return both ? SnapshotFlaw::None : both.error().flaw;
}

TEST(SealedSnapshot, is_a_snapshot_and_its_own_receipt) {
    SnapshotDraft draft;
    const auto bytes = draft.bytes();
    ValidationReceipt receipt = receipt_of(opened(bytes));
    const auto both = sealed(draft, receipt);
    const auto open = SealedSnapshot::open(both);
    ASSERT_TRUE(open.has_value());
    EXPECT_EQ(open->snapshot.id(), open->receipt.snapshot_id);

    EXPECT_EQ(flaw_of(bytes), SnapshotFlaw::OtherSize) << "the receipt is missing";
    EXPECT_EQ(flaw_of({}), SnapshotFlaw::TooShort);
    EXPECT_EQ(flaw_of(std::vector<std::byte>(sizeof receipt)), SnapshotFlaw::TooShort);
    draft.name = "other";
    EXPECT_EQ(flaw_of(sealed(draft, receipt)), SnapshotFlaw::OtherReceipt);
    receipt.hash[0] ^= 1;
    EXPECT_EQ(flaw_of(sealed(draft, receipt)), SnapshotFlaw::BadReceipt);
}

} // namespace
} // namespace knhk
