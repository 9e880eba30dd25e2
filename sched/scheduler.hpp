// SPDX-License-Identifier: MIT
// The deterministic scheduler: C logical cores on W workers, beat by beat. Read scheduler.cpp from
// the top for the loop, sched/core.cpp for what a core does in a beat.
#pragma once

#include "replay/log_writer.hpp"
#include "sched/host.hpp"
#include "sched/run_state.hpp"

namespace knhk {

inline constexpr u64 NO_BEAT_LIMIT = ~u64{0};

class Scheduler {
  public:
    struct Options {
        u32 workers = 1;
        u64 beats_max = NO_BEAT_LIMIT;
        Digest identity; ///< I
    };

    /// Called once, before any worker. `run`, `host` and `log` must outlive the scheduler.
    void setup(const RunSetup& run, const Options& options, const Host& host, LogWriter& log);

    /// The whole run, as worker `worker` of Options::workers sees it.
    void work(u32 worker);

    /// Where a worker is, for reports of failures; best effort.
    struct Place {
        bool known;
        u64 beat;
        u32 core;
    };
    [[nodiscard]] Place place_of(u32 worker) const;

    // When `work` has returned on every worker.
    [[nodiscard]] const RunState& result() const { return *state_; }
    [[nodiscard]] Digest digest() const { return run_digest(options_.identity, chain()); }
    [[nodiscard]] u64 tasks_of_worker(u32 worker) const { return workers_->workers[worker].tasks; }

  private:
    struct CoreRange {
        u32 begin;
        u32 end;
    };
    [[nodiscard]] CoreRange cores_of(u32 worker) const;

    void prepare(u32 worker);
    void run_beat(u32 worker);
    void write_log(u32 worker);

    // Alone, at the barrier.
    void begin_run();
    void end_beat();
    void end_run();
    [[nodiscard]] Outcome reduce() const;
    void close_beat(const Outcome& outcome);
    void plan_next(const Outcome& outcome);
    void finish(EndReason reason);
    void count_up();

    [[nodiscard]] const Digest& chain() const { return state_->step.previous; }

    const RunSetup* run_ = nullptr;
    const Host* host_ = nullptr;
    LogWriter* log_ = nullptr;
    RunState* state_ = nullptr;
    WorkersState* workers_ = nullptr;
    Options options_;
    Core cores_[CORES_MAX];
};

} // namespace knhk
