// SPDX-License-Identifier: MIT
// How a core runs tasks, and what becomes of what they emit (docs/determinism.md, 2.2, 2.6, 2.7).
#include "sched/core.hpp"
#include "sched/core_bodies.hpp"
#include "sched/worker.hpp"

namespace knhk {

/// Its part of X, which leaves the heap one by one: that is as good as all at once, because what
/// these tasks emit goes by message, so nothing enters a heap meanwhile.
void Core::run_ordered(const BeatPlan& plan) {
    const Selection& ordered = plan.ordered;
    if (ordered.count == 0) {
        return;
    }
    TaskContext context;
    context.enter(*this, RunMode::Ordered);
    for (u32 at = ordered.begin[id_.raw]; at < ordered.end[id_.raw]; ++at) {
        const Task task = ordered_.pop();
        const Timestamp ts{plan.start.raw + 1 + ordered.rank[at]};
        execute<RunMode::Ordered>(context, task, ts);
        worker_->running = nullptr; // it leaves the stack
    }
    clock_->tasks += ordered.end[id_.raw] - ordered.begin[id_.raw];
    clock_->time.fast_forward(Timestamp{plan.start.raw + ordered.count});
}

/// High before Normal before Low before the warm ring before the fibers of W1; but the first of a
/// beat gives the others a turn, so that nothing starves.
void Core::run_tasks(Beat beat) {
    TaskContext context;
    if (has_room_for_task()) {
        static_cast<void>(run_one(context, ready_.take_turn(beat)));
    }
    warm_fibers_ = clock_->deltas == 0 ? 0 : deltas_.parked(FiberClass::W1);
    if (beat.slot() == FIBER_TURN) {
        static_cast<void>(run_warm_fiber(context));
    }
    do {
        run_hot_tasks(context);
    } while ((has_room_for_task() && run_one(context, ready_.take_warm())) ||
             run_warm_fiber(context));
    worker_->running = nullptr;
}

void Core::run_hot_tasks(TaskContext& context) {
    context.enter(*this, RunMode::Hot);
    u64 tasks = 0;
    for (; has_room_for_task(); ++tasks) {
        const Task* task = ready_.take();
        if (task == nullptr) {
            break;
        }
        execute<RunMode::Hot>(context, *task, Timestamp{tick()});
    }
    clock_->tasks += tasks;
}

/// False if there is none. Not inline, because most tasks are run by run_hot_tasks.
[[gnu::noinline]] bool Core::run_one(TaskContext& context, const ReadyTask& ready) {
    if (ready.task == nullptr) {
        return false;
    }
    context.enter(*this, ready.mode);
    if (ready.mode == RunMode::Warm) {
        execute<RunMode::Warm>(context, *ready.task, Timestamp{tick()});
    } else {
        execute<RunMode::Hot>(context, *ready.task, Timestamp{tick()});
    }
    ++clock_->tasks;
    return true;
}

/// The record's place and time are those of the start, its contents those of the end.
template<RunMode mode>
inline void Core::execute(TaskContext& context, const Task& task, Timestamp ts) {
    Event* record = log_.reserve();
    worker_->running = &task;
    context.begin<mode>(task, ts);
    TaskEnd end = run_body(context, task);
    if (context.over_budget()) [[unlikely]] {
        end.status = park_or_fail(context);
    }
    write(record, {ts.raw, task.id, end.hash, context.ticks().raw, id_.raw,
                   static_cast<u8>(EventKind::TaskExecuted), static_cast<u8>(end.status)});
}

/// The first guard that does not pass; null if all do, or if the task went over its budget.
[[gnu::noinline]] const u16* Core::failing_guard(TaskContext& context) {
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
[[gnu::noinline]] TaskStatus Core::park_or_fail(const TaskContext& context) {
    const bool may_run_again = context.mode() == RunMode::Hot && !context.had_effect();
    return may_run_again && ready_.park(context.task()) ? TaskStatus::Parked
                                                        : TaskStatus::OverBudget;
}

} // namespace knhk
