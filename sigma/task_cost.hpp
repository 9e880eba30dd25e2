// SPDX-License-Identifier: MIT
// What a task of a snapshot costs in virtual ticks when it runs to its end, whatever it finds.
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

/// Of a task out of `tables`, which were checked.
constexpr u32 ticks_of(const SigmaTask& task, const SigmaTables& tables) {
    u32 ticks = bare_task_ticks(tables.patterns[task.pattern].cost);
    ticks += task.guard_count * cost_of(MuOperation::EvalGuard).raw;
    for (const u16 hook : std::span(task.hooks).first(task.hook_count)) {
        ticks += ticks_of(tables.hooks[hook].op);
    }
    return ticks;
}

} // namespace knhk
