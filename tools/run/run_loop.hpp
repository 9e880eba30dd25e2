// SPDX-License-Identifier: MIT
// One run from its process's start to its end: a single loop that empties the drain, reads the
// console, keeps the time limit and passes on interrupts. What it saw is judged elsewhere.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/run/console_record.hpp"
#include "tools/run/drain_reader.hpp"
#include "tools/run/intake_feeder.hpp"
#include "tools/run/platform_runner.hpp"
#include "tools/run/progress.hpp"

namespace knhk::tools {

/// What was seen of a run, from all sides.
struct RunObservation {
    ProcessEnd end;
    ConsoleRecord console;
    std::string last_message; ///< the platform's own last word: QEMU's stderr
    bool passed_time_limit = false;
    bool was_interrupted = false;
    std::optional<RunReport> report;
    std::optional<u32> drain_exit_status;
    std::optional<Failure> failure; ///< of the drain or of the log's file
    u64 elapsed_ns = 0;
};

/// What goes out of a run and into it, beside its console.
struct RunChannels {
    LogSink& log;
    CheckpointFolder* checkpoints = nullptr;
    std::vector<std::unique_ptr<IntakeSource>> intake = {}; ///< one after the other
};

class RunLoop {
  public:
    RunLoop(PlatformRunner& runner, RunChannels& channels, Progress& progress, u32 timeout_seconds);

    /// May be called once.
    [[nodiscard]] RunObservation run();

  private:
    using Clock = std::chrono::steady_clock;

    void open_drain();
    bool empty_drain(bool take_all);
    bool fill_intake();
    void wait_for_news(bool is_busy);
    void read_pipes();
    void take_console_line(std::string_view line);
    void pass_on_interrupts();
    void pass_on_checkpoint_requests();
    void keep_time_limit();
    void fail(const Failure& failure);
    void finish(const ProcessEnd& end);

    PlatformRunner& runner_;
    RunChannels& channels_;
    Progress& progress_;
    u32 timeout_seconds_;
    Clock::time_point started_at_;
    Process process_;
    LineReader console_reader_;
    LineReader message_reader_;
    bool output_is_open_ = true;
    bool errors_are_open_ = true;
    std::optional<DrainReader> drain_;
    std::optional<IntakeFeeder> feeder_;
    u32 idle_rounds_ = 0;
    std::optional<Clock::time_point> interrupted_at_;
    unsigned checkpoints_asked_ = 0;
    RunObservation seen_;
};

} // namespace knhk::tools
