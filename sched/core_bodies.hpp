// SPDX-License-Identifier: MIT
// What every task's run has in common, wherever it comes from: for the files that run a core.
#pragma once

#include "sched/core.hpp"
#include "sched/task_context.hpp"

namespace knhk {

/// From its start to its end, as far as nobody asks whether it may run again.
[[gnu::always_inline]] inline TaskEnd Core::run_body(TaskContext& context, const Task& task) {
    static_cast<void>(context.charge(Operation::Execute));
    if (task.guard_count != 0) [[unlikely]] {
        const u16* failed = failing_guard(context);
        if (failed != nullptr) {
            return {*failed, TaskStatus::GuardFailed};
        }
    }
    if (!context.over_budget()) [[likely]] {
        run_->handlers[task.handler](context);
    }
    if (context.over_budget()) [[unlikely]] {
        return {0, TaskStatus::OverBudget};
    }
    return {context.record_hash(), context.status()};
}

} // namespace knhk
