// SPDX-License-Identifier: MIT
// What a handler sees: its task, its core's state, and the ways to cause more tasks. No value here
// tells time or workers; what a handler owes in return stands in sched/program.hpp.
#pragma once

#include <span>

#include "base/check.hpp"
#include "base/hash_inline.hpp"
#include "base/types.hpp"
#include "isa/cost.hpp"
#include "isa/tick_budget.hpp"
#include "replay/event.hpp"
#include "sched/guard.hpp"
#include "sched/limits.hpp"
#include "sched/task.hpp"

namespace knhk {

class Core;
struct WorkloadParameters;

/// How a task is run: from a ring, from the warm ring, or as one of the ordered part.
enum class RunMode : u8 { Hot, Warm, Ordered };

class TaskContext {
  public:
    TaskContext(Core& core, const Task& task, Timestamp timestamp, RunMode mode)
        : core_(core), task_(task), timestamp_(timestamp), budget_(budget_of(task, mode)),
          mode_(mode) {}
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
    /// What the run was made of; `data` is a workload file's Script.
    [[nodiscard]] const WorkloadParameters& workload() const;

    // Every call below costs ticks (isa/cost.hpp). Once the task is over its budget, all of them
    // are refused: emissions with OverBudget, the others give nothing.

    /// Starts `task` on its home core (task.id mod C): at once in this core's ring, or by message.
    /// A refusal changes nothing and, if it is the task's first, becomes the task's status.
    TaskStatus spawn(const Task& task);
    /// Like `spawn`, but always by message: to this core too it arrives in a later beat.
    TaskStatus send(const Task& task);
    /// Queues `task` for time `at` in the one order of all ordered tasks of the run.
    TaskStatus enqueue_ordered(const Task& task, Timestamp at);

    /// The next random number of this task: a function of seed, task id and timestamp.
    [[nodiscard]] u64 random();

    /// One of the workload's observations; zeros where there is none.
    [[nodiscard]] const Observation& observe(u32 number);

    /// This core's state, kept from task to task, to be changed. A change is logged at the next
    /// pulse. Empty if it is refused: a stateless task has no state.
    [[nodiscard]] std::span<std::byte> state();
    /// The same, to be read: no effect that a parked task could not take back.
    [[nodiscard]] std::span<const std::byte> read_state();

    /// Charges `ticks` for what the handler computes by itself.
    void work(u32 ticks) { static_cast<void>(charge(Operation::Work, ticks)); }

    /// What this task results in: hashed into its record.
    void output(u64 a, u64 b = 0, u64 c = 0, u64 d = 0) {
        if (charge(Operation::Output)) {
            has_output_ = true;
            output_[0] = a;
            output_[1] = b;
            output_[2] = c;
            output_[3] = d;
        }
    }

    // For the scheduler: before the handler runs, and when it has returned.
    /// False when the task is over its budget: the operation does not happen.
    [[nodiscard]] bool charge(Operation operation, u32 times = 1) {
        return budget_.charge(Tick{cost_of(operation).raw * times});
    }
    [[nodiscard]] RunMode mode() const { return mode_; }
    [[nodiscard]] bool over_budget() const { return budget_.exceeded(); }
    [[nodiscard]] bool had_effect() const { return had_effect_; }
    [[nodiscard]] TaskStatus status() const { return status_; }
    [[nodiscard]] Tick ticks() const { return budget_.used(); }
    [[nodiscard]] u64 output_hash() const {
        return has_output_ ? xxh3_64_of(output_) : XXH3_64_OF_32_ZEROS;
    }
    /// How many emissions were asked for.
    [[nodiscard]] u32 emissions() const { return emissions_; }

  private:
    template<Operation operation>
    TaskStatus emit(const Task& task, Timestamp at);
    [[nodiscard]] bool may_use_state();
    /// The first refusal becomes the task's status.
    TaskStatus note(TaskStatus status) {
        status_ = status_ == TaskStatus::Ok ? status : status_;
        return status;
    }
    /// A task's second run and only that may use more ticks than its budget.
    static TickBudget budget_of(const Task& task, RunMode mode) {
        return TickBudget(Tick{mode == RunMode::Warm ? WARM_TICKS_MAX : task.budget_ticks});
    }

    Core& core_;
    const Task& task_;
    Timestamp timestamp_;
    TickBudget budget_;
    u64 randoms_ = 0;
    u32 emissions_ = 0;
    RunMode mode_;
    TaskStatus status_ = TaskStatus::Ok;
    bool had_effect_ = false;
    bool has_output_ = false;
    u64 output_[PAYLOAD_WORDS]; ///< if it has one
};

} // namespace knhk
