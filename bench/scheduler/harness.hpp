// SPDX-License-Identifier: MIT
// Runs the real scheduler in this process, on pinned threads over the regions' memory, and counts
// cycles from the first worker's start to the last one's return.
#pragma once

#include <memory>

#include "base/hash.hpp"
#include "bench/scheduler/chains.hpp"
#include "bench/scheduler/regions.hpp"
#include "sched/scheduler.hpp"

namespace knhk::bench {

/// Where the log of a run goes. Its events are always recorded and digested.
enum class LogSinkKind : u8 {
    None,   ///< nowhere: the drain is not opened
    Discard ///< through the drain to a thread on another CPU that throws it away
};

struct RunOfOurs {
    Chains chains;
    u32 workers = 1;
    LogSinkKind sink = LogSinkKind::None;
    Claiming claiming = Claiming::Static;
};

struct ResultOfOurs {
    double cycles = 0; ///< wall clock, for each task
    u64 tasks = 0;
    u64 events = 0;
    u64 beats = 0;
    u64 remote_messages = 0;
    Digest digest;
};

/// One run at a time; its memory is touched beforehand and used by run after run.
class Harness {
  public:
    Harness();

    /// Throws std::runtime_error when a task is missing or the run ended for another reason than
    /// that nothing was left.
    [[nodiscard]] ResultOfOurs run(const RunOfOurs& what);

  private:
    [[nodiscard]] Memory memory() const { return regions_.memory(); }
    void clear() const;
    void set_up(const Chains& chains);
    void open_log(LogWriter& log, u32 cores) const;

    Regions regions_;
    std::unique_ptr<RunSetup> setup_;
    std::unique_ptr<Scheduler> scheduler_;
};

} // namespace knhk::bench
