// SPDX-License-Identifier: MIT
// What tasks emit, and what becomes of it (docs/determinism.md, 2.6): from the handler's call to
// the ring, the heap or the outbox.
#include "sched/core.hpp"
#include "sched/task_context.hpp"

namespace knhk {

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

template<Operation operation>
TaskStatus Core::post_message(const TaskContext& from, const Task& task, Timestamp at) {
    constexpr bool order = operation == Operation::Order;
    const bool of_ordered_part = from.mode() == RunMode::Ordered;
    if (task.brings_rows()) {
        return TaskStatus::InvalidTask; // a message has no place for them
    }
    const u32 to = home_of(TaskId{task.id}, run_->cores).raw;
    const Message message{.to = to,
                          .line = line_of(task, order),
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

/// Not inline: most tasks are plain and for home.
template<Operation operation>
[[gnu::noinline]] TaskStatus Core::emit(const TaskContext& from, const Task& task, Timestamp at) {
    if (!run_->accepts(task) || (operation == Operation::Order && task.is_delta())) {
        return TaskStatus::InvalidTask;
    }
    if (operation == Operation::Order && at.raw > ORDERED_TIME_MAX) {
        return TaskStatus::InvalidTimestamp;
    }
    const bool at_home = home_of(TaskId{task.id}, run_->cores) == id_;
    if (!at_home || operation == Operation::Send || from.mode() == RunMode::Ordered) {
        return post_message<operation>(from, task, at);
    }
    if (operation == Operation::Order) {
        return enqueue_ordered_at_home(task, at);
    }
    return task.is_delta() ? enqueue_delta_at_home(from, task) : enqueue_at_home(task);
}

template TaskStatus Core::emit<Operation::Spawn>(const TaskContext&, const Task&, Timestamp);
template TaskStatus Core::emit<Operation::Send>(const TaskContext&, const Task&, Timestamp);
template TaskStatus Core::emit<Operation::Order>(const TaskContext&, const Task&, Timestamp);

} // namespace knhk
