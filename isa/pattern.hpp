// SPDX-License-Identifier: MIT
// Patterns: what each costs, and which parts of a task's record it takes (docs/patterns.md). Ids
// below 43 are the kernel's, which count from 0; those behind have none there. A snapshot that
// names one without a rule here is refused.
#pragma once

#include <array>

#include "base/types.hpp"

namespace knhk {

enum class PatternId : u16 {
    Sequence = 0,
    ParallelSplit = 1,
    Synchronization = 2,
    ExclusiveChoice = 3,
    SimpleMerge = 4,
    MultiChoice = 5,
    StructuredMerge = 6, ///< waits for as many as a multi-choice chose
    MultiMerge = 7,
    Discriminator = 8,
    ArbitraryCycles = 9,
    ImplicitTermination = 10,
    DeferredChoice = 15,
    Timeout = 43,
    Cancellation = 44,
    Retry = 45,
    CircuitBreaker = 46,
};

/// Ids that a snapshot may name are below.
inline constexpr u16 PATTERNS_END = 47;
/// Of one step: as many as a task may emit. More than that are staged.
inline constexpr u32 SIGMA_BRANCHES_MAX = 7;

/// Up to which hook a task's are evaluated.
enum class HookRule : u8 {
    UntilFalse, ///< true if all are
    UntilTrue,  ///< each is the condition of the branch in its place: the first counts
    All,        ///< the same: all that are true count
};

/// What a pattern takes of a task's record. What it does not take is 0, or no task.
struct PatternShape {
    u16 cost = 0;                          ///< ticks of its dispatch; 0: no such pattern
    u8 branches_max = 0;                   ///< one at least, unless this is 0
    HookRule hooks = HookRule::UntilFalse; ///< unless this, there is a hook for each branch
    bool needs_hook = false;               ///< without one it would mean nothing
    bool when_true = false;
    bool when_false = false;
    bool keeps_case = false; ///< looks at what lies with the case's home core
    bool need = false;       ///< tokens
    bool rounds = false;     ///< of a cycle, or attempts
    bool beats = false;
    bool thresholds = false; ///< failures and successes
};

/// By its rule. shape_of() is the same out of a table.
consteval PatternShape make_shape(PatternId id) {
    switch (id) {
    case PatternId::Sequence:
        return {.cost = 1, .needs_hook = true, .when_true = true, .when_false = true};
    case PatternId::ParallelSplit:
        return {.cost = 2, .branches_max = SIGMA_BRANCHES_MAX, .when_false = true};
    case PatternId::Synchronization:
        return {.cost = 3, .when_true = true, .when_false = true, .keeps_case = true, .need = true};
    case PatternId::ExclusiveChoice:
        return {.cost = 1,
                .branches_max = SIGMA_BRANCHES_MAX,
                .hooks = HookRule::UntilTrue,
                .needs_hook = true,
                .when_false = true};
    case PatternId::SimpleMerge:
        return {.cost = 2, .when_true = true, .when_false = true};
    case PatternId::MultiChoice:
        return {.cost = 3,
                .branches_max = SIGMA_BRANCHES_MAX,
                .hooks = HookRule::All,
                .needs_hook = true,
                .when_false = true};
    case PatternId::StructuredMerge:
        return {.cost = 4, .when_true = true, .when_false = true, .keeps_case = true};
    case PatternId::MultiMerge:
        return {.cost = 3, .when_true = true, .when_false = true};
    case PatternId::Discriminator:
        return {.cost = 4, .when_true = true, .when_false = true, .keeps_case = true, .need = true};
    case PatternId::ArbitraryCycles:
        return {.cost = 5,
                .branches_max = 1,
                .needs_hook = true,
                .when_true = true,
                .when_false = true,
                .rounds = true};
    case PatternId::ImplicitTermination:
        return {.cost = 2, .branches_max = SIGMA_BRANCHES_MAX};
    case PatternId::DeferredChoice:
        return {.cost = 3,
                .branches_max = SIGMA_BRANCHES_MAX,
                .hooks = HookRule::UntilTrue,
                .needs_hook = true,
                .when_false = true,
                .keeps_case = true,
                .beats = true};
    case PatternId::Timeout:
        return {.cost = 2,
                .branches_max = 1,
                .when_true = true,
                .when_false = true,
                .keeps_case = true,
                .beats = true};
    case PatternId::Cancellation:
        return {
            .cost = 1, .when_true = true, .when_false = true, .keeps_case = true, .beats = true};
    case PatternId::Retry:
        return {
            .cost = 2, .needs_hook = true, .when_true = true, .when_false = true, .rounds = true};
    case PatternId::CircuitBreaker:
        return {.cost = 2,
                .needs_hook = true,
                .when_true = true,
                .when_false = true,
                .beats = true,
                .thresholds = true};
    }
    return {};
}

consteval std::array<PatternShape, PATTERNS_END + 1> make_shapes() {
    std::array<PatternShape, PATTERNS_END + 1> shapes{};
    for (u16 id = 0; id < PATTERNS_END; ++id) {
        shapes[id] = make_shape(static_cast<PatternId>(id));
    }
    return shapes;
}
/// Of all ids, and behind them one for what is no pattern.
inline constexpr std::array<PatternShape, PATTERNS_END + 1> PATTERN_SHAPES = make_shapes();

constexpr const PatternShape& shape_of(PatternId id) {
    const u16 number = static_cast<u16>(id);
    return PATTERN_SHAPES[number < PATTERNS_END ? number : PATTERNS_END];
}

/// 0: no such pattern, or one without a rule.
constexpr u16 pattern_cost(u16 id) {
    return shape_of(static_cast<PatternId>(id)).cost;
}

/// Those that look at the flow table of the core on which they run.
constexpr bool keeps_something(PatternId id) {
    return shape_of(id).keeps_case || id == PatternId::CircuitBreaker;
}

/// Table costs of the kernel's numbering; 43 and behind are this project's own.
consteval bool costs_are_as_documented() {
    constexpr u16 COSTS_OF_IDS[PATTERNS_END] = {1, 2, 3, 1, 2, 3, 4, 3, 4, 5, 2, 0, 0, 0, 0, 3,
                                                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 2};
    for (u16 id = 0; id < PATTERNS_END; ++id) {
        if (pattern_cost(id) != COSTS_OF_IDS[id]) {
            return false;
        }
    }
    return pattern_cost(PATTERNS_END) == 0 && pattern_cost(0xFFFF) == 0;
}
static_assert(costs_are_as_documented());

} // namespace knhk
