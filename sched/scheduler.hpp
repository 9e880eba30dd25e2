// SPDX-License-Identifier: MIT
// The deterministic scheduler: C logical cores on W workers, beat by beat. Read scheduler.cpp from
// the top for the loop, sched/core.cpp for what a core does in a beat.
#pragma once

#include "replay/log_writer.hpp"
#include "sched/crew.hpp"
#include "sched/host.hpp"
#include "sched/planner.hpp"
#include "sched/telemetry.hpp"
#include "sched/worker.hpp"

namespace knhk {

inline constexpr u64 NO_BEAT_LIMIT = ~u64{0};

/// Which worker runs which core: a matter of speed alone.
enum class Claiming : u8 {
    Static, ///< neighbouring cores, always the same
    Dynamic ///< the next core that nobody has, beat by beat
};

class Scheduler {
  public:
    struct Options {
        u32 workers = 1;
        u64 beats_max = NO_BEAT_LIMIT;
        Digest identity; ///< I
        Claiming claiming = Claiming::Static;
        u64 chaos_seed = 0;
        InputsMode inputs = InputsMode::None;
        Intake* intake = nullptr; ///< if there are any; must outlive the scheduler
        bool resumed = false;     ///< the regions hold a run between two beats, which goes on
    };

    /// Called once, before any worker. `run`, `host` and `log` must outlive the scheduler.
    void setup(const RunSetup& run, const Options& options, const Host& host, LogWriter& log);

    /// The whole run, as worker `worker` of Options::workers sees it.
    void work(u32 worker);

    /// Where a worker is, for reports of failures; best effort.
    struct Place {
        bool known;
        bool waiting_for_host; ///< the whole run waits for the reader of its log, or for inputs
        bool in_task;          ///< task_id and handler are valid
        u64 beat;
        u32 core;
        u64 task_id;
        HandlerId handler;
    };
    [[nodiscard]] Place place_of(u32 worker) const;

    // When `work` has returned on every worker.
    [[nodiscard]] const RunState& result() const { return *state_; }
    [[nodiscard]] Digest digest() const { return run_digest(options_.identity, chain()); }
    [[nodiscard]] const Lockchain& lockchain() const { return state_->lockchain; }
    [[nodiscard]] const TelemetrySums& telemetry() const { return telemetry_; }
    [[nodiscard]] u64 tasks_of_worker(u32 worker) const { return workers_->workers[worker].tasks; }

  private:
    struct CoreRange {
        u32 begin;
        u32 end;
    };
    using Meeting = Barrier<HostWaiter>;

    // `crew`: how many workers take part.
    [[nodiscard]] CoreRange cores_of(u32 worker, u32 crew) const;

    /// Calls `visit(core, whether this worker runs the next core too)` for all of this worker's.
    template<class Visit>
    void each_core(u32 worker, u32 crew, Visit visit);

    void prepare(u32 worker);
    void do_beat(u32 worker, Meeting& barrier);
    void run_beat(u32 worker, u32 crew);
    void write_log(u32 worker, u32 crew);
    void run_core(u32 worker, Core& core);
    void write_core(const Core& core) const;

    // Alone, at the barrier.
    void begin_run();
    void end_beat(u32 worker, Meeting& barrier);
    void save_if_wanted();
    void end_run();
    [[nodiscard]] Outcome reduce(u32 crew) const;
    void choose_crew(Chaos& chaos, Meeting& barrier);
    [[nodiscard]] u64 tasks_of_beat(u32 crew) const;
    void close_beat(const Outcome& outcome);
    void plan_first();
    void plan_next(const Outcome& outcome);
    template<class Plan>
    [[nodiscard]] bool plan_or_wait(Plan plan);
    [[nodiscard]] OutsideInputs::Waited wait_for_input();
    void write_log_alone();
    void log_inputs();
    [[nodiscard]] EpochLeaf leaf() const;
    void end_epoch();
    void finish(EndReason reason);
    void count_up();

    [[nodiscard]] u64 cycles(bool measured) const { return measured ? host_->cycles() : 0; }
    void tell(TelemetryKind kind, u32 worker, u64 begin, u64 end);
    void collect_telemetry();

    [[nodiscard]] const Digest& chain() const { return state_->step.previous; }

    const RunSetup* run_ = nullptr;
    const Host* host_ = nullptr;
    LogWriter* log_ = nullptr;
    RunState* state_ = nullptr;
    WorkersState* workers_ = nullptr;
    Options options_;
    OutsideInputs outside_;
    Planner planner_;
    Crew crew_;                       ///< how many workers pay for themselves
    TelemetryQueue* queue_ = nullptr; ///< of telemetry
    TelemetrySums telemetry_;
    CoreTable cores_;
    Worker carried_[CORES_MAX]; ///< by worker
};

} // namespace knhk
