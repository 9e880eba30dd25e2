// SPDX-License-Identifier: MIT
// Budgets: using exactly the limit is allowed, one more is over, and nothing wraps around.
#include "isa/tick_budget.hpp"

#include <gtest/gtest.h>

namespace knhk {
namespace {

constexpr Tick LARGEST{~u32{0}};

/// A budget of `limit` that was charged `cost`.
constexpr TickBudget charged(u32 limit, u32 cost) {
    TickBudget budget(Tick{limit});
    static_cast<void>(budget.charge(Tick{cost}));
    return budget;
}

static_assert(TickBudget::chatman().limit() == Tick{8});
static_assert(!charged(8, 7).exceeded() && !charged(8, 7).empty());
static_assert(!charged(8, 8).exceeded() && charged(8, 8).empty());
static_assert(charged(8, 9).exceeded() && charged(8, 9).empty());
static_assert(charged(0, 0).empty() && !charged(0, 0).exceeded());
static_assert(charged(8, 3).remaining() == Tick{5} && charged(8, 9).remaining() == Tick{0});

TEST(TickBudget, chatman_budget_is_eight_unused_ticks) {
    const TickBudget budget = TickBudget::chatman();
    EXPECT_EQ(budget.limit(), Tick{CHATMAN});
    EXPECT_EQ(budget.used(), Tick{0});
    EXPECT_EQ(budget.remaining(), Tick{8});
    EXPECT_FALSE(budget.empty());
    EXPECT_FALSE(budget.exceeded());
}

TEST(TickBudget, charge_up_to_the_limit_holds_and_the_next_does_not) {
    TickBudget budget = TickBudget::chatman();
    for (u32 used = 1; used <= 8; ++used) {
        EXPECT_TRUE(budget.charge(Tick{1}));
        EXPECT_EQ(budget.used(), Tick{used});
        EXPECT_EQ(budget.remaining(), Tick{8 - used});
        EXPECT_EQ(budget.empty(), used == 8);
        EXPECT_FALSE(budget.exceeded());
    }
    EXPECT_FALSE(budget.charge(Tick{1}));
    EXPECT_TRUE(budget.exceeded());
    EXPECT_EQ(budget.used(), Tick{9}) << "the charge that went over counts";
}

TEST(TickBudget, nothing_is_charged_once_over) {
    TickBudget budget = charged(8, 10);
    EXPECT_FALSE(budget.charge(Tick{5}));
    EXPECT_FALSE(budget.charge(Tick{0}));
    EXPECT_EQ(budget.used(), Tick{10});
}

TEST(TickBudget, free_charge_to_an_empty_budget_holds) {
    TickBudget budget = charged(8, 8);
    EXPECT_TRUE(budget.charge(Tick{0}));
    EXPECT_FALSE(budget.exceeded());
}

TEST(TickBudget, budget_of_zero_is_over_with_the_first_tick) {
    TickBudget budget(Tick{0});
    EXPECT_TRUE(budget.empty());
    EXPECT_FALSE(budget.exceeded());
    EXPECT_FALSE(budget.charge(Tick{1}));
}

TEST(TickBudget, sum_stops_at_the_largest_number) {
    TickBudget budget = charged(8, 5);
    EXPECT_FALSE(budget.charge(LARGEST));
    EXPECT_EQ(budget.used(), LARGEST);
    TickBudget exact = charged(8, 5);
    EXPECT_FALSE(exact.charge(Tick{LARGEST.raw - 5}));
    EXPECT_EQ(exact.used(), LARGEST) << "the last sum that fits";
    TickBudget wide(LARGEST);
    EXPECT_TRUE(wide.charge(LARGEST));
    EXPECT_TRUE(wide.charge(LARGEST)) << "the largest limit is never exceeded";
    EXPECT_EQ(wide.used(), LARGEST);
}

TEST(TickBudget, remaining_of_an_exceeded_budget_is_zero) {
    EXPECT_EQ(charged(8, 9).remaining(), Tick{0});
    EXPECT_EQ(charged(8, 1000).remaining(), Tick{0});
}

TEST(TickBudget, reset_gives_all_ticks_back_and_keeps_the_limit) {
    TickBudget budget = charged(5, 6);
    budget.reset();
    EXPECT_EQ(budget.used(), Tick{0});
    EXPECT_EQ(budget.limit(), Tick{5});
    EXPECT_TRUE(budget.charge(Tick{5}));
}

} // namespace
} // namespace knhk
