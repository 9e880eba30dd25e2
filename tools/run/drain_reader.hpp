// SPDX-License-Identifier: MIT
// The host's end of the log drain, the same for every platform that shares memory. Everything in
// the control page was written by somebody else and is believed only after a check.
#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "replay/drain.hpp"
#include "tools/host/failure.hpp"
#include "tools/run/checkpoint_folder.hpp"
#include "tools/run/log_sink.hpp"

namespace knhk::tools {

class DrainReader {
  public:
    /// `memory` is region::drain as the image sees it: the control page and the ring.
    /// Checkpoints go to `checkpoints`, or nowhere.
    DrainReader(std::span<std::byte> memory, LogSink& sink,
                CheckpointFolder* checkpoints = nullptr);

    /// Moves at most one piece of what was published into the sink, and returns its size. Small
    /// pieces are left to grow for a moment unless `take_all`. Throws Failure when the control page
    /// cannot be right. A sink that fails stops the run; the rest of the log is then thrown away.
    u64 step(bool take_all);
    /// Asks the image to end the run at the next beat's edge.
    void request_stop();
    /// Asks for a checkpoint at the end of the epoch.
    void request_checkpoint();

    [[nodiscard]] bool has_started() const { return has_started_; }
    [[nodiscard]] bool has_ended() const { return report_.has_value(); }
    [[nodiscard]] u64 beat() const;
    [[nodiscard]] u64 tasks() const;
    /// A copy, made when the run ended.
    [[nodiscard]] const std::optional<RunReport>& report() const { return report_; }
    [[nodiscard]] u32 exit_status() const;
    /// Between the first sight of the running and of the ended run. Of a run too short to be seen
    /// running, the time between two looks: it took no longer.
    [[nodiscard]] u64 elapsed_ns() const;
    [[nodiscard]] const std::optional<Failure>& sink_failure() const { return sink_failure_; }

  private:
    using Clock = std::chrono::steady_clock;

    bool start();
    void watch_phase();
    [[nodiscard]] bool is_worth_taking(u64 size_bytes) const;
    void take(std::span<const std::byte> bytes);
    [[nodiscard]] u64 bytes_of_one_kind(u64 size_bytes);
    void take_checkpoint(std::span<const std::byte> bytes);
    void finish_checkpoint();
    void give_up(const std::string& what, int error);

    DrainControl<>* control_;
    DrainConsumer<> consumer_;
    LogSink& sink_;
    CheckpointFolder* checkpoints_;
    u64 checkpoint_begin_ = 0; ///< of the one that comes or came last
    bool in_checkpoint_ = false;
    bool has_started_ = false;
    Clock::time_point last_look_; ///< at which nothing ran yet
    std::optional<Clock::time_point> running_since_;
    Clock::time_point ended_at_;
    Clock::time_point last_taken_at_;
    std::optional<RunReport> report_;
    std::optional<Failure> sink_failure_;
};

} // namespace knhk::tools
