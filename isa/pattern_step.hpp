// SPDX-License-Identifier: MIT
// What a pattern makes of a token (docs/patterns.md): whether its hooks are looked at, and where it
// goes on then. What waits for a case is kept elsewhere, by whoever runs the task.
#pragma once

#include <bit>
#include <concepts>

#include "isa/mu_ops.hpp"

namespace knhk {

/// What becomes of a token. The numbers are in what an evaluation puts out.
enum class FlowTurn : u8 {
    Goes = 0,      ///< its hooks decide
    Passes = 1,    ///< by `when_false`, without hooks: what came before was false
    Waits = 2,     ///< it ends, and is counted
    Swallowed = 3, ///< it ends: it comes too late, or its case is cancelled
    Full = 4,      ///< it is refused: its core has no room for what it would leave there
    Rejected = 5,  ///< by `when_false`, without hooks: the circuit breaker is open
    Returned = 6,  ///< by `when_true`, without hooks: back within its timeout
    Again = 7,     ///< to be tried again
    NoBranch = 8,  ///< no condition is true, and nothing follows then
    Denied = 9,    ///< it may keep nothing: it is stateless
};

/// Who keeps what waits for a case, and says what that means for a token.
template<class F>
concept FlowKeeper =
    requires(const F& flows, PatternId id, const SigmaTask& task, const MuRequest& request) {
        { flows.turn_of(id, task, request) } -> std::same_as<FlowTurn>;
    };

/// Where a token goes on.
struct FlowRoute {
    FlowTurn turn = FlowTurn::Goes;
    bool answer = false;        ///< of its hooks; false if none was looked at
    bool goes_false = false;    ///< the next task is `when_false`
    u8 branches = 0;            ///< a bit for each that is taken
    u16 next_task = SIGMA_NONE; ///< if it is no branch
};

namespace mu {

[[gnu::always_inline]] constexpr FlowRoute by_when_false(const SigmaTask& task, FlowTurn turn,
                                                         bool answer = false) {
    return {turn, answer, true, 0, task.when_false};
}

[[gnu::always_inline]] constexpr FlowRoute by_answer(const SigmaTask& task, bool answer) {
    return answer ? FlowRoute{.answer = true, .next_task = task.when_true}
                  : by_when_false(task, FlowTurn::Goes);
}

constexpr u8 all_branches(const SigmaTask& task) {
    return static_cast<u8>((u32{1} << task.branch_count) - 1);
}

/// A choice: `chosen` has a bit for each branch; none is the way of what is false.
[[gnu::always_inline]] constexpr FlowRoute by_choice(const SigmaTask& task, u32 chosen) {
    if (chosen != 0) {
        return {.answer = true, .branches = static_cast<u8>(chosen)};
    }
    return by_when_false(task, task.when_false == SIGMA_NONE ? FlowTurn::NoBranch : FlowTurn::Goes);
}

[[gnu::always_inline]] constexpr FlowRoute by_cycle(const SigmaTask& task, const MuRequest& request,
                                                    bool answer) {
    if (!answer) {
        return {.next_task = task.when_true}; // left as it should be
    }
    return request.rounds() < task.rounds
               ? FlowRoute{.answer = true, .branches = all_branches(task)}
               : by_when_false(task, FlowTurn::Goes, true);
}

[[gnu::always_inline]] constexpr FlowRoute by_retry(const SigmaTask& task, const MuRequest& request,
                                                    bool answer) {
    if (answer || request.rounds() + 1 >= task.rounds) {
        return by_answer(task, answer);
    }
    return {.turn = FlowTurn::Again, .next_task = static_cast<u16>(request.task())};
}

/// Of a token whose hooks were looked at: `yes` has a bit for each that is true.
[[gnu::always_inline]] constexpr FlowRoute route_by_hooks(PatternId id, const SigmaTask& task,
                                                          const MuRequest& request, u32 yes) {
    const bool answer = yes == (u32{1} << task.hook_count) - 1;
    if (id == PatternId::Sequence) { // the most, without the jump
        return by_answer(task, answer);
    }
    const u32 first = yes & (0 - yes);
    switch (id) {
    case PatternId::ParallelSplit:
    case PatternId::ImplicitTermination:
    case PatternId::Timeout:
        return answer ? FlowRoute{.answer = true, .branches = all_branches(task)}
                      : by_when_false(task, FlowTurn::Goes);
    case PatternId::ExclusiveChoice:
        return by_choice(task, first);
    case PatternId::MultiChoice:
        return by_choice(task, yes);
    case PatternId::DeferredChoice:
        return first != 0 ? by_choice(task, first) : FlowRoute{.turn = FlowTurn::Waits};
    case PatternId::ArbitraryCycles:
        return by_cycle(task, request, answer);
    case PatternId::Retry:
        return by_retry(task, request, answer);
    default:
        return by_answer(task, answer);
    }
}

/// Of one whose hooks were not.
constexpr FlowRoute route_without_hooks(const SigmaTask& task, FlowTurn turn) {
    switch (turn) {
    case FlowTurn::Passes:
    case FlowTurn::Rejected:
        return by_when_false(task, turn);
    case FlowTurn::Returned:
        return {.turn = turn, .next_task = task.when_true};
    default:
        return {.turn = turn};
    }
}

} // namespace mu

/// Word 0 of what goes on, without the number of the task that it comes to: as it was, but for what
/// this step changes. There is a life left.
constexpr u64 travelling_word(PatternId pattern, const MuRequest& request, const FlowRoute& route) {
    constexpr u64 ROUNDS = u64{0xFF} << MuRequest::MU_ROUNDS_AT;
    constexpr u64 CHOSEN = MuRequest::MU_CHOSEN_MASK << MuRequest::MU_CHOSEN_AT;
    const u64 rounds = route.branches != 0 || route.turn == FlowTurn::Again
                           ? u64{request.rounds() + 1} << MuRequest::MU_ROUNDS_AT
                           : 0;
    const u64 chosen = static_cast<u64>(std::popcount(route.branches)) << MuRequest::MU_CHOSEN_AT;
    u64 word = request.words[0] & ~(u64{0xFFFF} | MuRequest::MU_WAS_FALSE);
    word |= route.goes_false ? MuRequest::MU_WAS_FALSE : 0;
    word -= u64{1} << MuRequest::MU_LIFE_AT;
    switch (pattern) {
    case PatternId::ArbitraryCycles:
    case PatternId::Retry:
        return (word & ~ROUNDS) | rounds;
    case PatternId::MultiChoice:
        return (word & ~CHOSEN) | chosen;
    case PatternId::StructuredMerge:
        return word & ~CHOSEN;
    case PatternId::Timeout:
        return (word & ~MuRequest::MU_WITHIN) | (route.branches != 0 ? MuRequest::MU_WITHIN : 0);
    default:
        return word;
    }
}

} // namespace knhk
