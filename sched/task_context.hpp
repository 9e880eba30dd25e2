// SPDX-License-Identifier: MIT
// What a handler sees: its task, its core's state, and the ways to cause more tasks. No value here
// tells time or workers; what a handler owes in return stands in sched/program.hpp.
#pragma once

#include <span>

#include "base/check.hpp"
#include "base/types.hpp"
#include "replay/event.hpp"
#include "sched/task.hpp"

namespace knhk {

class Core;

class TaskContext {
  public:
    TaskContext(Core& core, const Task& task, Timestamp timestamp);
    TaskContext(const TaskContext&) = delete;
    TaskContext& operator=(const TaskContext&) = delete;

    [[nodiscard]] const Task& task() const { return task_; }
    [[nodiscard]] u64 payload(u32 word) const {
        KNHK_CHECK(word < PAYLOAD_WORDS, word);
        return task_.payload[word];
    }
    [[nodiscard]] CoreId core() const;
    [[nodiscard]] u32 cores() const;
    [[nodiscard]] Timestamp now() const { return timestamp_; }

    /// Starts `task` on its home core (task.id mod C): at once in this core's ring, or by message.
    /// A refusal changes nothing and, if it is the task's first, becomes the task's status.
    TaskStatus spawn(const Task& task);
    /// Like `spawn`, but always by message: to this core too it arrives in a later beat.
    TaskStatus send(const Task& task);

    /// The next random number of this task: a function of seed, task id and timestamp.
    [[nodiscard]] u64 random();

    /// This core's state, kept from task to task. A change is logged at the next pulse.
    [[nodiscard]] std::span<std::byte> state();

    /// What this task results in: hashed into its record.
    void output(u64 a, u64 b = 0, u64 c = 0, u64 d = 0);

    // For the scheduler, when the handler has returned.
    [[nodiscard]] TaskStatus status() const { return status_; }
    [[nodiscard]] Tick ticks() const { return ticks_; }
    [[nodiscard]] u64 output_hash() const;

  private:
    TaskStatus emit(const Task& task, bool by_message);
    TaskStatus note(TaskStatus status);

    Core& core_;
    const Task& task_;
    Timestamp timestamp_;
    Tick ticks_;
    u32 emissions_ = 0;
    u64 randoms_ = 0;
    TaskStatus status_ = TaskStatus::Ok;
    u64 output_[PAYLOAD_WORDS] = {};
};

} // namespace knhk
