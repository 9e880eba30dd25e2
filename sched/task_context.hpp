// SPDX-License-Identifier: MIT
// What a handler sees: its task, its core's state, and the ways to cause more tasks. No value here
// tells time or workers; what a handler owes in return stands in sched/program.hpp.
#pragma once

#include <span>

#include "base/check.hpp"
#include "base/hash_inline.hpp"
#include "base/types.hpp"
#include "beat/park_ring.hpp"
#include "isa/cost.hpp"
#include "isa/tick_budget.hpp"
#include "replay/event.hpp"
#include "sched/core.hpp"
#include "sched/guard.hpp"
#include "sched/limits.hpp"
#include "sched/task.hpp"

namespace knhk {

struct MuOutcome;
struct SigmaTables;
enum class FlowTurn : u8;

class TaskContext {
  public:
    TaskContext() = default;
    TaskContext(const TaskContext&) = delete;
    TaskContext& operator=(const TaskContext&) = delete;

    [[nodiscard]] const Task& task() const { return *task_; }
    [[nodiscard]] u64 payload(u32 word) const {
        KNHK_CHECK(word < PAYLOAD_WORDS, word);
        return task_->payload[word];
    }
    [[nodiscard]] CoreId core() const { return core_->id(); }
    [[nodiscard]] u32 cores() const { return core_->run().cores; }
    [[nodiscard]] Timestamp now() const { return timestamp_; }
    /// What the run was made of; `data` is a workload file's Script.
    [[nodiscard]] const WorkloadParameters& workload() const { return core_->run().parameters; }

    // Every call below costs ticks (isa/cost.hpp). Once the task is over its budget, all of them
    // are refused: emissions with OverBudget, the others give nothing.

    /// Starts `task` on its home core (task.id mod C): at once in this core's ring, or by message.
    /// A refusal changes nothing and, if it is the task's first, becomes the task's status.
    [[gnu::always_inline]] TaskStatus spawn(const Task& task) {
        // Inline down to the ring: a task that the handler has just built never becomes memory
        // before its slot there, and checks of what the compiler knows are gone.
        return emit<Operation::Spawn>(task, Timestamp{0});
    }
    /// Like `spawn`, but always by message: to this core too it arrives in a later beat.
    TaskStatus send(const Task& task) { return emit<Operation::Send>(task, Timestamp{0}); }
    /// Queues `task` for time `at` in the one order of all ordered tasks of the run.
    TaskStatus enqueue_ordered(const Task& task, Timestamp at) {
        return emit<Operation::Order>(task, at);
    }

    /// The next random number of this task: a function of seed, task id and timestamp.
    [[nodiscard]] u64 random();

    /// One of the workload's observations; zeros where there is none.
    [[nodiscard]] const Observation& observe(u32 number);

    /// This core's state, kept from task to task, to be changed. A change is logged at the next
    /// pulse. Empty if it is refused: a stateless task has no state.
    [[nodiscard]] std::span<std::byte> state();
    /// The same, to be read: no effect that a parked task could not take back.
    [[nodiscard]] std::span<const std::byte> read_state();

    /// The run that the task brings; null if it is no delta.
    [[nodiscard]] const TripleRun* delta() const { return delta_; }

    /// Evaluates the task that the payload says (MuRequest, isa/mu_ops.hpp) of the snapshot that is
    /// followed, each of its steps at its own cost. What comes of it is this task's output; of a
    /// delta, which is looked at then, also its receipts and assertions. False: it did not come to
    /// its end, and `outcome` says why unless there is no snapshot, or the fiber is to be parked.
    [[nodiscard]] bool evaluate(MuOutcome& outcome);
    /// The same, and what comes of it: the token waits, or goes on as its pattern says
    /// (docs/patterns.md).
    void step();

    /// Asks that the snapshot of this number becomes current at the next pulse. A core's first
    /// request of an epoch counts, and of all cores' the first in (timestamp, core).
    TaskStatus promote(u32 snapshot);
    /// A piece of a snapshot for SNAPSHOT_LOADED. Core 0's alone.
    TaskStatus load_snapshot(u64 place, std::span<const std::byte> piece);

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

    // For the scheduler. One context serves many tasks, one after the other. It lies on the stack,
    // near the handlers' frames: elsewhere its lines might have the same place in a page as theirs,
    // and loads would wait for stores that only look alike (docs/performance.md).
    /// The next tasks are those that `core` runs in this mode.
    void enter(Core& core, RunMode mode) {
        core_ = &core;
        mode_ = mode;
        home_ = mode == RunMode::Ordered ? NOWHERE : core.id().raw;
        home_bits_ = core.run().cores - 1;
    }
    /// A task's second run and only that may use more ticks than its budget.
    template<RunMode mode>
    void begin(const Task& task, Timestamp timestamp) {
        task_ = &task;
        timestamp_ = timestamp;
        budget_ = TickBudget(Tick{mode == RunMode::Warm   ? WARM_TICKS_MAX
                                  : mode == RunMode::Cold ? COLD_TICKS_MAX
                                                          : u32{task.budget_ticks}});
        randoms_ = 0;
        emissions_ = 0;
        status_ = TaskStatus::Ok;
        had_effect_ = false;
        has_output_ = false;
    }
    /// Of a task that is a fiber, behind `begin`.
    void bring(const TripleRun& run) {
        delta_ = &run;
        receipts_left_ = 0;
        park_cause_ = ParkCause::None;
    }
    /// The next task is none, or another.
    void put_away() { delta_ = nullptr; }
    /// Why a fiber would have to run again.
    [[nodiscard]] ParkCause park_cause() const {
        return over_budget() ? ParkCause::Budget : park_cause_;
    }
    [[nodiscard]] u32 receipts_left() const { return receipts_left_; }

    /// False when the task is over its budget: the operation does not happen.
    [[nodiscard]] bool charge(Operation operation, u32 times = 1) {
        return budget_.charge(Tick{cost_of(operation).raw * times});
    }
    [[nodiscard]] RunMode mode() const { return mode_; }
    [[nodiscard]] bool over_budget() const { return budget_.exceeded(); }
    /// What it emits takes time, which shows it: nothing need be noted then. (Not so in the ordered
    /// part, of which nobody asks.)
    [[nodiscard]] bool had_effect() const { return had_effect_ || core_->now() != timestamp_; }
    [[nodiscard]] TaskStatus status() const { return status_; }
    [[nodiscard]] Tick ticks() const { return budget_.used(); }
    [[nodiscard]] u64 output_hash() const {
        return has_output_ ? xxh3_64_of(output_) : XXH3_64_OF_32_ZEROS;
    }
    /// The hash of a task's record.
    [[nodiscard]] u64 record_hash() const {
        return status_ == TaskStatus::GuardFailed ? failed_guard_ : output_hash();
    }
    /// How many emissions were asked for.
    [[nodiscard]] u32 emissions() const { return emissions_; }

  private:
    static constexpr u32 NOWHERE = CORES_MAX;

    template<Operation operation>
    [[gnu::always_inline]] TaskStatus emit(const Task& task, Timestamp at);
    /// Its ticks are charged already.
    template<Operation operation>
    [[gnu::always_inline]] TaskStatus emit_charged(const Task& task, Timestamp at);
    void follow(const MuOutcome& outcome);
    void send_on(Task next, const SigmaTables& tables, u16 number, FlowTurn turn);
    /// Of all that a run accepts, what goes at once into a ring of this core, without guards.
    [[nodiscard]] bool may_enter_ring(const Task& task) const {
        return (task.id & home_bits_) == home_ && core_->run().has_handler(task) && task.plain();
    }
    [[nodiscard]] bool may_use_state();
    [[nodiscard]] bool is_of_another_class(const SigmaTables& tables, u32 number);
    [[nodiscard]] bool leave_receipts(const MuOutcome& outcome);
    void end_evaluation(const MuOutcome& outcome, u64 epoch);
    /// The first refusal becomes the task's status.
    TaskStatus note(TaskStatus status) {
        status_ = status_ == TaskStatus::Ok ? status : status_;
        return status;
    }

    Core* core_ = nullptr;
    RunMode mode_ = RunMode::Hot;
    u32 home_bits_ = 0; ///< of a task's id: its home
    /// Where tasks go into a ring at once: this core; NOWHERE for the ordered part.
    u32 home_ = NOWHERE;
    const Task* task_ = nullptr;
    Timestamp timestamp_{0};
    TickBudget budget_{Tick{0}};
    u32 randoms_ = 0;
    u8 emissions_ = 0;
    TaskStatus status_ = TaskStatus::Ok;
    bool had_effect_ = false; ///< besides what it emitted
    bool has_output_ = false;
    u32 failed_guard_ = 0;           ///< if one of the snapshot did not pass
    u64 output_[PAYLOAD_WORDS] = {}; ///< if it has one
    const TripleRun* delta_ = nullptr;
    u32 receipts_left_ = 0;
    ParkCause park_cause_ = ParkCause::None;
};

/// Refused emissions count, so that a task's records always fit behind it.
template<Operation operation>
inline TaskStatus TaskContext::emit(const Task& task, Timestamp at) {
    return charge(operation) ? emit_charged<operation>(task, at) : TaskStatus::OverBudget;
}

template<Operation operation>
inline TaskStatus TaskContext::emit_charged(const Task& task, Timestamp at) {
    if (emissions_ == EMISSIONS_MAX) [[unlikely]] {
        return note(TaskStatus::EmitLimit);
    }
    ++emissions_;
    TaskStatus status = TaskStatus::Ok;
    if (operation == Operation::Spawn && may_enter_ring(task)) {
        status = core_->enqueue_at_home(task);
    } else {
        Task copied; // so that nobody wants the address of `task`
        copy(copied, task);
        status = core_->emit<operation>(*this, copied, at);
    }
    if (status != TaskStatus::Ok) [[unlikely]] {
        note(status);
    }
    return status;
}

} // namespace knhk
