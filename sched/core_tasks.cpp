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
        execute(task, log_.reserve(), ts, RunMode::Ordered);
    }
    clock_->time.fast_forward(Timestamp{plan.start.raw + ordered.count});
}

void Core::run_tasks(Beat beat) {
    ReadyTask ready;
    bool found = log_.room() >= TASK_RECORDS_MAX && ready_.take_first(ready, beat);
    while (found) {
        Event* record = log_.reserve();
        execute(ready.task, record, Timestamp{tick()}, ready.warm ? RunMode::Warm : RunMode::Hot);
        found = log_.room() >= TASK_RECORDS_MAX && ready_.take(ready);
    }
}

/// The record's place and time are those of the start, its contents those of the end.
void Core::execute(const Task& task, Event* record, Timestamp ts, RunMode mode) {
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
    if (context.over_budget()) {
        status = park_or_fail(context);
    } else if (failed != nullptr) {
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
    ++clock_->tasks;
    worker_->running = nullptr;
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

// --- emissions -------------------------------------------------------------------------------

TaskStatus Core::emit(const Task& task, const Emission& emission) {
    if (!run_->accepts(task)) {
        return TaskStatus::InvalidTask;
    }
    const bool order = emission.operation == Operation::Order;
    if (order && emission.at.raw > ORDERED_TIME_MAX) {
        return TaskStatus::InvalidTimestamp;
    }
    const CoreId home = home_of(TaskId{task.id}, run_->cores);
    if (home != id_ || emission.ordered_part || emission.operation == Operation::Send) {
        return post_message(task, home, emission);
    }
    return order ? enqueue_ordered_at_home(task, emission.at) : enqueue_at_home(task);
}

TaskStatus Core::enqueue_at_home(const Task& task) {
    if (!ready_.push_leaving_reserve(task)) {
        return TaskStatus::QueueFull;
    }
    log_task(EventKind::TaskEnqueued, task, static_cast<u8>(task.level));
    return TaskStatus::Ok;
}

TaskStatus Core::enqueue_ordered_at_home(const Task& task, Timestamp at) {
    if (!push_ordered(task, at.raw)) {
        return TaskStatus::QueueFull;
    }
    log_task(EventKind::TaskEnqueued, task, ORDERED_LEVEL);
    return TaskStatus::Ok;
}

/// Its `TaskEnqueued` is the next stamp. A late request comes behind what has run.
bool Core::push_ordered(const Task& task, u64 at) {
    const u64 enqueued = next_stamp();
    return ordered_.push(task, {at > enqueued ? at : enqueued, enqueued});
}

TaskStatus Core::post_message(const Task& task, CoreId to, const Emission& emission) {
    const bool order = emission.operation == Operation::Order;
    const u64 timestamp = emission.ordered_part ? emission.from.raw : next_stamp();
    const Message message{.to = to.raw,
                          .line = order ? ORDERED_LINE : static_cast<u32>(task.level),
                          .due = beat_.raw + run_->latency(id_.raw, to.raw),
                          .timestamp = timestamp,
                          .time = order ? emission.at.raw : 0,
                          .emission = emission.number};
    if (!post_.send(task, message)) {
        return TaskStatus::QueueFull;
    }
    if (!emission.ordered_part) {
        static_cast<void>(tick()); // the message's timestamp; a refused one takes no time
    }
    ++sent_;
    clock_->remote_messages += to != id_ ? 1 : 0;
    return TaskStatus::Ok;
}

} // namespace knhk
