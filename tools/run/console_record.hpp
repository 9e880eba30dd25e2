// SPDX-License-Identifier: MIT
// What an image says on its console: lines cut from a stream of bytes, and the few of them that
// mean something to the host.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"

namespace knhk::tools {

/// Cuts what comes from a pipe into lines; a line that never ends is cut at a limit.
class LineReader {
  public:
    using Sink = std::function<void(std::string_view)>;

    /// Reads what a non-blocking descriptor holds; false once it has reached its end.
    bool read_from(int descriptor, const Sink& sink);
    /// Hands over a last line that has no end.
    void finish(const Sink& sink);

  private:
    void feed(std::string_view text, const Sink& sink);
    void hand_over(const Sink& sink);
    std::string partial_;
};

/// The figures of a finished run.
struct RunFigures {
    u64 beats = 0;
    u64 tasks = 0;
    u64 events = 0;
    u64 remote_messages = 0;
    u32 cores = 0;
    u32 workers = 0;
    std::string digest;               ///< 32 hex digits
    std::string end_reason;           ///< as EndReason's text
    std::string platform;             ///< as the image knows its machine: "bare-x86_64"
    u32 harts = 0;                    ///< that machine's
    std::string isa;                  ///< the instruction set of its query kernels
    std::vector<u64> tasks_by_worker; ///< empty when nobody said

    /// All that the console says too.
    [[nodiscard]] bool agrees_with(const RunFigures& other) const;
};

class ConsoleRecord {
  public:
    void add_line(std::string_view line);

    /// The text behind "knhk: error: " (the image's) or "knhk-loader: error: ", from the first line
    /// that has it; empty if there is none.
    [[nodiscard]] const std::string& error() const { return error_; }
    /// The image's panic or the fault that ended it; empty if there was none.
    [[nodiscard]] const std::string& crash() const { return crash_; }
    /// The lines about a beat that took too long, whole; empty if there are none.
    [[nodiscard]] const std::vector<std::string>& late_beat() const { return late_beat_; }
    std::string telemetry_;
    /// What the image tells about its own speed; empty unless it was asked.
    [[nodiscard]] const std::string& telemetry() const { return telemetry_; }
    [[nodiscard]] std::optional<u32> exit_status() const { return exit_status_; }
    [[nodiscard]] const std::optional<RunFigures>& result() const { return result_; }
    [[nodiscard]] const std::deque<std::string>& last_lines() const { return last_lines_; }
    [[nodiscard]] std::string_view last_line() const;

  private:
    void keep_for_failures(std::string_view line);

    std::deque<std::string> last_lines_;
    std::string error_;
    std::string crash_;
    std::vector<std::string> late_beat_;
    std::optional<u32> exit_status_;
    std::optional<RunFigures> result_;
};

/// Reads "knhk: result key=value ..."; none when a key is missing or a value is no number.
[[nodiscard]] std::optional<RunFigures> parse_result_line(std::string_view line);

/// "quiescent", "beat-limit", "stopped".
[[nodiscard]] std::string end_reason_text(u32 end_reason);

} // namespace knhk::tools
