// SPDX-License-Identifier: MIT
// Where a token goes on, by what its hooks said and what it carries: each pattern's rule without a
// scheduler (docs/patterns.md).
#include "isa/pattern_step.hpp"

#include <gtest/gtest.h>

#include "tests/isa/small_world.hpp"

namespace knhk {
namespace {

constexpr u16 YES = 1;
constexpr u16 NO = 2;

SigmaTask record(u8 hooks, u8 branches, u8 rounds = 0) {
    SigmaTask task{};
    task.hook_count = hooks;
    task.branch_count = branches;
    task.when_true = YES;
    task.when_false = NO;
    task.rounds = rounds;
    return task;
}

MuRequest token(u64 rounds = 0, u64 chosen = 0, u64 bits = 0) {
    return {.words = {u64{5} << MuRequest::MU_LIFE_AT | bits | chosen << MuRequest::MU_CHOSEN_AT |
                          rounds << MuRequest::MU_ROUNDS_AT | 3,
                      0, 0, 0}};
}

FlowRoute route(PatternId id, const SigmaTask& task, u32 yes, u64 rounds = 0) {
    return mu::route_by_hooks(id, task, token(rounds), yes);
}

void expect_goes(const FlowRoute& found, u8 branches, u16 next, bool goes_false) {
    EXPECT_EQ(found.branches, branches);
    EXPECT_EQ(found.next_task, next);
    EXPECT_EQ(found.goes_false, goes_false);
}

TEST(PatternStep, sequence_and_joins_follow_the_answer) {
    for (const PatternId id :
         {PatternId::Sequence, PatternId::Synchronization, PatternId::SimpleMerge,
          PatternId::Discriminator, PatternId::Cancellation, PatternId::CircuitBreaker}) {
        expect_goes(route(id, record(2, 0), 0b11), 0, YES, false);
        expect_goes(route(id, record(2, 0), 0b01), 0, NO, true);
        expect_goes(route(id, record(0, 0), 0), 0, YES, false);
    }
}

TEST(PatternStep, split_takes_all_branches_or_none) {
    expect_goes(route(PatternId::ParallelSplit, record(1, 7), 1), 0x7F, SIGMA_NONE, false);
    expect_goes(route(PatternId::ParallelSplit, record(1, 7), 0), 0, NO, true);
    expect_goes(route(PatternId::ImplicitTermination, record(0, 2), 0), 0b11, SIGMA_NONE, false);
}

TEST(PatternStep, exclusive_choice_takes_the_first_and_multi_choice_each) {
    expect_goes(route(PatternId::ExclusiveChoice, record(3, 3), 0b110), 0b010, SIGMA_NONE, false);
    expect_goes(route(PatternId::MultiChoice, record(3, 3), 0b110), 0b110, SIGMA_NONE, false);
    for (const PatternId id : {PatternId::ExclusiveChoice, PatternId::MultiChoice}) {
        SigmaTask task = record(3, 3);
        expect_goes(route(id, task, 0), 0, NO, true);
        EXPECT_EQ(route(id, task, 0).turn, FlowTurn::Goes);
        task.when_false = SIGMA_NONE;
        EXPECT_EQ(route(id, task, 0).turn, FlowTurn::NoBranch);
    }
}

TEST(PatternStep, deferred_choice_waits_for_what_it_knows) {
    EXPECT_EQ(route(PatternId::DeferredChoice, record(2, 2), 0).turn, FlowTurn::Waits);
    expect_goes(route(PatternId::DeferredChoice, record(2, 2), 0b10), 0b10, SIGMA_NONE, false);
}

TEST(PatternStep, cycle_goes_round_while_it_is_true_and_has_rounds) {
    const SigmaTask cycle = record(1, 1, 2);
    expect_goes(route(PatternId::ArbitraryCycles, cycle, 1, 0), 1, SIGMA_NONE, false);
    expect_goes(route(PatternId::ArbitraryCycles, cycle, 1, 1), 1, SIGMA_NONE, false);
    expect_goes(route(PatternId::ArbitraryCycles, cycle, 1, 2), 0, NO, true);
    EXPECT_TRUE(route(PatternId::ArbitraryCycles, cycle, 1, 2).answer);
    expect_goes(route(PatternId::ArbitraryCycles, cycle, 0, 0), 0, YES, false);
}

TEST(PatternStep, retry_tries_as_often_as_it_says) {
    const SigmaTask retry = record(1, 0, 2);
    EXPECT_EQ(route(PatternId::Retry, retry, 0, 0).turn, FlowTurn::Again);
    expect_goes(route(PatternId::Retry, retry, 0, 0), 0, 3, false);
    expect_goes(route(PatternId::Retry, retry, 0, 1), 0, NO, true);
    expect_goes(route(PatternId::Retry, retry, 1, 1), 0, YES, false);
}

TEST(PatternStep, without_hooks_the_turn_says_the_way) {
    const SigmaTask task = record(1, 0);
    expect_goes(mu::route_without_hooks(task, FlowTurn::Passes), 0, NO, true);
    expect_goes(mu::route_without_hooks(task, FlowTurn::Rejected), 0, NO, true);
    expect_goes(mu::route_without_hooks(task, FlowTurn::Returned), 0, YES, false);
    for (const FlowTurn turn :
         {FlowTurn::Waits, FlowTurn::Swallowed, FlowTurn::Full, FlowTurn::Denied}) {
        expect_goes(mu::route_without_hooks(task, turn), 0, SIGMA_NONE, false);
    }
}

/// What travels behind a step, without the life.
u32 travelling(PatternId id, const MuRequest& request, const FlowRoute& route) {
    return static_cast<u32>(travelling_word(id, request, route));
}

TEST(PatternStep, what_travels_is_changed_by_its_own_patterns_alone) {
    const MuRequest all = token(9, 4, MuRequest::MU_WAS_FALSE | MuRequest::MU_WITHIN);
    const u32 same = static_cast<u32>(all.words[0]) & ~0xFFFFu;
    const u32 without_false = same & ~static_cast<u32>(MuRequest::MU_WAS_FALSE);
    EXPECT_EQ(travelling(PatternId::Sequence, all, {}), without_false);
    EXPECT_EQ(travelling(PatternId::Sequence, all, {.goes_false = true}), same);
    const auto field = [&](PatternId id, const FlowRoute& route, u32 at, u32 mask) {
        return travelling(id, all, route) >> at & mask;
    };
    EXPECT_EQ(field(PatternId::ArbitraryCycles, {.branches = 1}, 16, 0xFF), 10u);
    EXPECT_EQ(field(PatternId::ArbitraryCycles, {}, 16, 0xFF), 0u);
    EXPECT_EQ(field(PatternId::Retry, {.turn = FlowTurn::Again}, 16, 0xFF), 10u);
    EXPECT_EQ(field(PatternId::MultiChoice, {.branches = 0b1011}, 24, 15), 3u);
    EXPECT_EQ(field(PatternId::StructuredMerge, {}, 24, 15), 0u);
    EXPECT_EQ(field(PatternId::Timeout, {.branches = 1}, 29, 1), 1u);
    EXPECT_EQ(field(PatternId::Timeout, {}, 29, 1), 0u);
    EXPECT_EQ(travelling_word(PatternId::Sequence, all, {}) >> 32, 4u) << "a life less";
}

TEST(PatternStep, hooks_are_evaluated_as_far_as_the_pattern_wants) {
    SmallWorld small;
    small.hooks.push_back(SmallWorld::hook(OpCode::UniqueSp)); // false
    small.patterns = {{3, 1, 0}, {5, 3, 0}};
    for (u16 pattern = 0; pattern < 2; ++pattern) {
        small.tasks[0] = SmallWorld::task({}, {1, 0, 1});
        small.tasks[0].pattern = pattern;
        small.tasks[0].branch_count = 3;
        const MuOutcome outcome = small.run();
        EXPECT_EQ(outcome.status, MuStatus::Ok);
        EXPECT_EQ(outcome.hooks_run, pattern == 0 ? 2 : 3);
        EXPECT_EQ(outcome.branches, 0b010);
        EXPECT_TRUE(outcome.answer);
    }
    small.tasks[0].branch_count = 2;
    EXPECT_EQ(small.run().status, MuStatus::NoTask) << "a condition without a branch";
}

} // namespace
} // namespace knhk
