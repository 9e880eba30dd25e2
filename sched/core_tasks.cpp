// SPDX-License-Identifier: MIT
// How a core runs tasks, and what becomes of what they emit (docs/determinism.md, 2.2, 2.6, 2.7).
#include "sched/core.hpp"

namespace knhk {

/// Its part of X, which leaves the heap one by one: that is as good as all at once, because what
/// these tasks emit goes by message, so nothing enters a heap meanwhile.
void Core::run_ordered(const BeatPlan& plan) {
    const Selection& ordered = plan.ordered;
    if (ordered.count == 0) {
        return;
    }
    for (u32 at = ordered.begin[id_.raw]; at < ordered.end[id_.raw]; ++at) {
        const Task task = ordered_.pop();
        const Timestamp ts{plan.start.raw + 1 + ordered.rank[at]};
        execute<RunMode::Ordered>(task, ts);
        worker_->running = nullptr; // it leaves the stack
    }
    clock_->tasks += ordered.end[id_.raw] - ordered.begin[id_.raw];
    clock_->time.fast_forward(Timestamp{plan.start.raw + ordered.count});
}

void Core::run_tasks(Beat beat) {
    ReadyTask ready{nullptr, false};
    if (has_room_for_task()) {
        ready = ready_.take_first(beat);
    }
    u64 tasks = 0;
    for (; ready.task != nullptr; ++tasks) {
        const Timestamp ts{tick()};
        if (ready.warm) [[unlikely]] {
            execute<RunMode::Warm>(*ready.task, ts);
        } else {
            execute<RunMode::Hot>(*ready.task, ts);
        }
        ready = has_room_for_task() ? ready_.take() : ReadyTask{nullptr, false};
    }
    clock_->tasks += tasks;
    worker_->running = nullptr;
}

/// The record's place and time are those of the start, its contents those of the end.
template<RunMode mode>
inline void Core::execute(const Task& task, Timestamp ts) {
    Event* record = log_.reserve();
    worker_->running = &task;
    TaskContext context(*this, task, ts, mode);
    const u16* failed = nullptr;
    if (context.charge(Operation::Execute)) {
        failed = failing_guard(context);
        if (failed == nullptr && !context.over_budget()) {
            run_->handlers[task.handler](context);
        }
    }
    TaskStatus status = context.status();
    u64 hash = 0;
    if (context.over_budget()) [[unlikely]] {
        status = park_or_fail(context);
    } else if (failed != nullptr) [[unlikely]] {
        status = TaskStatus::GuardFailed;
        hash = *failed;
    } else {
        hash = context.output_hash();
    }
    *record = {ts.raw,
               task.id,
               hash,
               context.ticks().raw,
               id_.raw,
               static_cast<u8>(EventKind::TaskExecuted),
               static_cast<u8>(status)};
}

/// The first guard that does not pass; null if all do, or if the task went over its budget.
const u16* Core::failing_guard(TaskContext& context) {
    const Task& task = context.task();
    for (u32 i = 0; i < task.guard_count; ++i) {
        if (!context.charge(Operation::Guard)) {
            return nullptr;
        }
        GuardView view(task, state(), run_->observations);
        if (!passes(run_->guards[task.guards[i]], view)) {
            return &task.guards[i];
        }
    }
    return nullptr;
}

/// A task that has had no effect can run again from its start, once.
TaskStatus Core::park_or_fail(const TaskContext& context) {
    const bool may_run_again = context.mode() == RunMode::Hot && !context.had_effect();
    return may_run_again && ready_.park(context.task()) ? TaskStatus::Parked
                                                        : TaskStatus::OverBudget;
}

} // namespace knhk
