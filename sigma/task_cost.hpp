// SPDX-License-Identifier: MIT
// What a task of a snapshot costs in virtual ticks when it runs to its end, whatever it finds.
#pragma once

#include "base/types.hpp"
#include "isa/cost.hpp"
#include "isa/pattern.hpp"
#include "isa/sigma_tables.hpp"

namespace knhk {

inline constexpr u32 SIGMA_LOAD_TICKS = 1;      ///< of the run that is read
inline constexpr u32 SIGMA_HOOK_TICKS = 2;      ///< of each query but CONSTRUCT8
inline constexpr u32 SIGMA_CONSTRUCT_TICKS = 8; ///< of CONSTRUCT8
inline constexpr u32 SIGMA_RECEIPT_TICKS = 1;
/// What no task may cost: more than a warm task's budget can never run.
inline constexpr u32 SIGMA_TICKS_MAX = 64;

constexpr u32 ticks_of(OpCode op) {
    return op == OpCode::Construct8 ? SIGMA_CONSTRUCT_TICKS : SIGMA_HOOK_TICKS;
}

/// A task that reads a run and leaves a receipt, without its guards and hooks.
constexpr u32 bare_task_ticks(u32 pattern_cost) {
    return cost_of(Operation::Execute).raw + SIGMA_LOAD_TICKS + pattern_cost + SIGMA_RECEIPT_TICKS;
}

// The most that a hot task without guards can ask: two queries, in sequence.
static_assert(bare_task_ticks(pattern_cost(static_cast<u16>(PatternId::Sequence))) +
                  2 * SIGMA_HOOK_TICKS ==
              CHATMAN);

/// Of a task out of `tables`, which were checked.
constexpr u32 ticks_of(const SigmaTask& task, const SigmaTables& tables) {
    u32 ticks = bare_task_ticks(tables.patterns[task.pattern].cost);
    ticks += task.guard_count * cost_of(Operation::Guard).raw;
    for (const u16 hook : std::span(task.hooks).first(task.hook_count)) {
        ticks += ticks_of(tables.hooks[hook].op);
    }
    return ticks;
}

} // namespace knhk
