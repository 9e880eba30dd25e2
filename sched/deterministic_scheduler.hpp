// SPDX-License-Identifier: MIT
// The scheduler as an object: a program brings tasks while it runs, and drives the cores itself,
// one after the other in whatever order. Same beats, same events, same digests as the image's
// workers make (sched/scheduler.hpp).
#pragma once

#include <bit>

#include "sched/admission.hpp"
#include "sched/planner.hpp"
#include "sched/worker.hpp"

namespace knhk {

/// Sized when it is set up. `DeterministicScheduler<C>` is the one with a size of its own.
class SteppedScheduler {
  public:
    SteppedScheduler() = default;
    SteppedScheduler(const SteppedScheduler&) = delete;
    SteppedScheduler& operator=(const SteppedScheduler&) = delete;

    /// `run` says all but the inputs, which come by `enqueue`. Its memory is zero.
    void setup(const RunSetup& run);

    [[nodiscard]] Result<ValidatedTask> validate(const Task& task) const {
        return run_.validate(task);
    }
    /// The task becomes the run's next external input. QueueFull when so many wait that their cores
    /// have not taken: nothing has changed then, and the caller keeps the task.
    [[nodiscard]] Result<void> enqueue(const ValidatedTask& task);
    [[nodiscard]] Result<void> enqueue_ordered(const ValidatedTask& task, Timestamp at);

    /// One beat of all cores. NoWork when nothing is left to do.
    [[nodiscard]] Result<Beat> run_cycle();

    /// The right to run a core, if there is such a core.
    [[nodiscard]] Result<CoreToken> claim(CoreId core);
    /// That core's part of the beat. The beat ends when all cores have had theirs: until then
    /// NoWork for a core that has.
    [[nodiscard]] Result<Beat> run_cycle(const CoreToken& core);

    /// The logical time that all clocks reached when the last beat ended.
    [[nodiscard]] Timestamp now() const { return now_; }
    /// What a core recorded in its last beat, ascending in time; valid until its next one but one.
    [[nodiscard]] std::span<const Event> log(const CoreToken& core);
    /// E: the digest of everything until now.
    [[nodiscard]] const Digest& chain() const { return state_->step.previous; }
    [[nodiscard]] u64 beats_executed() const { return state_->beats_executed; }

  private:
    static u64 input_count(const WorkloadParameters& parameters);
    static Task input(const WorkloadParameters& parameters, u64 index);
    static u64 input_time(const WorkloadParameters& parameters, u64 index);
    static u64 next_input_of(const WorkloadParameters& parameters, u32 core, u64 from);
    static const WorkloadEntry ADMISSION;

    [[nodiscard]] Result<void> admit(const Task& task, u64 time);
    [[nodiscard]] bool begin_beat();
    void end_beat();
    [[nodiscard]] Outcome stage();
    [[nodiscard]] AdmittedInput& slot(u64 position) const;

    RunSetup run_;
    RunState* state_ = nullptr;
    CoreBoard board_{};
    CoreTable cores_;   ///< whose own tokens are for the barrier, which needs all cores at once
    CoreTokens tokens_; ///< the caller's
    Planner planner_;
    Worker worker_;
    Outcome outcome_ = Outcome::none(); ///< of the beat, of the cores that have had their part
    Timestamp now_{0};
    u64 untaken_ = 0; ///< inputs from here on have a slot
    u32 cores_left_ = 0;
    u8 had_their_part_[CORES_MAX] = {};
};

/// C cores: a power of two, known when it is compiled.
template<u32 Cores>
    requires(std::has_single_bit(Cores) && Cores <= CORES_MAX)
class DeterministicScheduler : public SteppedScheduler {
  public:
    static constexpr u32 CORES = Cores;

    void setup(RunSetup run) {
        run.cores = CORES;
        SteppedScheduler::setup(run);
    }
    [[nodiscard]] static constexpr CoreId core_of(TaskId task) { return home_of(task, CORES); }
};

} // namespace knhk
