// SPDX-License-Identifier: MIT
// What a task of a snapshot costs in virtual ticks at most, what follows it included.
#pragma once

#include "base/types.hpp"
#include "isa/cost.hpp"
#include "isa/sigma_tables.hpp"

namespace knhk {

/// What no task may cost: more than a warm task's budget can never run.
inline constexpr u32 SIGMA_TICKS_MAX = 64;

/// Of a hook: the run is read, the query put, a receipt left.
constexpr u32 ticks_of(OpCode op) {
    return cost_of(MuOperation::ReadObservation).raw +
           cost_of(is_boolean(op) ? MuOperation::RunBoolean : MuOperation::RunRows).raw +
           cost_of(MuOperation::WriteReceipt).raw;
}

/// Of a task without its guards and hooks.
constexpr u32 bare_task_ticks(u32 pattern_cost) {
    return cost_of(Operation::Execute).raw + cost_of(MuOperation::LoadSigma).raw + pattern_cost;
}

/// Of what follows a task, at most: each that is spawned costs what any emission does.
constexpr u32 following_ticks(const SigmaTask& task, PatternId pattern) {
    const bool is_followed = task.when_true != SIGMA_NONE || task.when_false != SIGMA_NONE;
    const bool comes_again = pattern == PatternId::Retry;
    const bool takes_one = shape_of(pattern).hooks == HookRule::UntilTrue;
    const u32 one = is_followed || comes_again || takes_one ? 1 : 0;
    const bool is_one = takes_one || task.branch_count <= one;
    return (is_one ? one : task.branch_count) * cost_of(Operation::Spawn).raw;
}

/// Of a task out of `tables`, which were checked.
constexpr u32 ticks_of(const SigmaTask& task, const SigmaTables& tables) {
    const SigmaPattern& pattern = tables.patterns[task.pattern];
    u32 ticks = bare_task_ticks(pattern.cost);
    ticks += following_ticks(task, static_cast<PatternId>(pattern.id));
    ticks += task.guard_count * cost_of(MuOperation::EvalGuard).raw;
    for (const u16 hook : std::span(task.hooks).first(task.hook_count)) {
        ticks += ticks_of(tables.hooks[hook].op);
    }
    return ticks;
}

} // namespace knhk
