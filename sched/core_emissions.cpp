// SPDX-License-Identifier: MIT
// What tasks emit, and what becomes of it (docs/determinism.md, 2.6): from the handler's call to
// the ring, the heap or the outbox.
#include "sched/core.hpp"

namespace knhk {

// --- the core's side --------------------------------------------------------------------------

inline TaskStatus Core::enqueue_at_home(const Task& task) {
    Task* slot = ready_.slot_leaving_reserve(task.level);
    if (slot == nullptr) {
        return TaskStatus::QueueFull;
    }
    log_task(EventKind::TaskEnqueued, task.id, copy_and_hash(*slot, task),
             static_cast<u8>(task.level));
    return TaskStatus::Ok;
}

TaskStatus Core::enqueue_ordered_at_home(const Task& task, Timestamp at) {
    if (!push_ordered(task, at.raw)) {
        return TaskStatus::QueueFull;
    }
    log_task(EventKind::TaskEnqueued, task.id, xxh3_64(&task, sizeof task), ORDERED_LEVEL);
    return TaskStatus::Ok;
}

/// Its `TaskEnqueued` is the next stamp. A late request comes behind what has run.
bool Core::push_ordered(const Task& task, u64 at) {
    const u64 enqueued = next_stamp();
    return ordered_.push(task, {at > enqueued ? at : enqueued, enqueued});
}

/// Not inline: most tasks are for home, and need none of its registers.
template<Operation operation>
[[gnu::noinline]] TaskStatus Core::post_message(const TaskContext& from, const Task& task,
                                                Timestamp at) {
    constexpr bool order = operation == Operation::Order;
    const bool of_ordered_part = from.mode() == RunMode::Ordered;
    const u32 to = home_of(TaskId{task.id}, run_->cores).raw;
    const Message message{.to = to,
                          .line = order ? ORDERED_LINE : static_cast<u32>(task.level),
                          .due = beat_.raw + run_->latency(id_.raw, to),
                          .timestamp = of_ordered_part ? from.now().raw : next_stamp(),
                          .time = at.raw,
                          .emission = from.emissions() - 1};
    if (!post_.send(task, message)) {
        return TaskStatus::QueueFull;
    }
    if (!of_ordered_part) {
        static_cast<void>(tick()); // the message's timestamp; a refused one takes no time
    }
    ++sent_;
    clock_->remote_messages += to != id_.raw ? 1 : 0;
    return TaskStatus::Ok;
}

template<Operation operation>
inline TaskStatus Core::emit(const TaskContext& from, const Task& task, Timestamp at) {
    if (!run_->accepts(task)) {
        return TaskStatus::InvalidTask;
    }
    if (operation == Operation::Order && at.raw > ORDERED_TIME_MAX) {
        return TaskStatus::InvalidTimestamp;
    }
    const bool at_home = home_of(TaskId{task.id}, run_->cores) == id_;
    if (!at_home || operation == Operation::Send || from.mode() == RunMode::Ordered) {
        return post_message<operation>(from, task, at);
    }
    return operation == Operation::Order ? enqueue_ordered_at_home(task, at)
                                         : enqueue_at_home(task);
}

// --- the handler's side -----------------------------------------------------------------------

/// Refused emissions count, so that a task's records always fit behind it.
template<Operation operation>
TaskStatus TaskContext::emit(const Task& task, Timestamp at) {
    if (!charge(operation)) {
        return TaskStatus::OverBudget;
    }
    if (emissions_ == EMISSIONS_MAX) {
        return note(TaskStatus::EmitLimit);
    }
    ++emissions_;
    const TaskStatus status = core_.emit<operation>(*this, task, at);
    if (status != TaskStatus::Ok) [[unlikely]] {
        return note(status);
    }
    had_effect_ = true;
    return status;
}

TaskStatus TaskContext::spawn(const Task& task) {
    return emit<Operation::Spawn>(task, Timestamp{0});
}

TaskStatus TaskContext::send(const Task& task) {
    return emit<Operation::Send>(task, Timestamp{0});
}

TaskStatus TaskContext::enqueue_ordered(const Task& task, Timestamp at) {
    return emit<Operation::Order>(task, at);
}

} // namespace knhk
