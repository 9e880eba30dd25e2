// SPDX-License-Identifier: MIT
// What a trace consists of, whatever the format: a track for the beats and one for each core, with
// slices, marks and flows on them. Positions ascend strictly on each track.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "replay/event.hpp"
#include "replay/log_format.hpp"
#include "tools/log/event_rules.hpp"
#include "tools/views/byte_sink.hpp"

namespace knhk::tools {

/// Positions of one unit of logical time, in nanoseconds of the trace's clock.
inline constexpr u64 POSITIONS_OF_A_TICK = 1000;
/// How long a mark is where the format has no points.
inline constexpr u64 MARK_POSITIONS = 100;

inline constexpr u32 TRACE_PROCESS = 1;
inline constexpr u32 TRACE_BEATS_THREAD = 999;
inline constexpr u32 TRACE_CORES_THREAD = 1000; ///< of core 0; the others follow

/// 0 where there is none.
struct FlowEnds {
    u64 in = 0;  ///< ends here
    u64 on = 0;  ///< comes through here
    u64 out = 0; ///< begins here
};

struct TraceMark {
    const Event& event;
    u64 position;
    FlowEnds flows;
};

class TraceSink {
  public:
    virtual ~TraceSink() = default;

    virtual void begin(u32 cores) = 0;
    virtual void beat(const LogBeat& beat, u64 begin, u64 end) = 0;
    /// A slice of a TaskExecuted, until `end`; marks within it come before its close_task.
    virtual void open_task(const TraceMark& task, u64 end) = 0;
    virtual void close_task(u32 core, u64 end) = 0;
    virtual void mark(const TraceMark& mark) = 0;
    /// A task that has not run when the trace ends.
    virtual void still_waiting(const TraceMark& mark) = 0;
    virtual void end() = 0;

    /// The largest position that the format can tell from its neighbours.
    [[nodiscard]] virtual u64 position_max() const = 0;
};

[[nodiscard]] std::unique_ptr<TraceSink> make_perfetto_sink(ByteSink& out);
[[nodiscard]] std::unique_ptr<TraceSink> make_chrome_sink(ByteSink& out);

/// What slices and marks are called: the kind, and the status where it says something.
class TraceNames {
  public:
    static constexpr std::size_t KINDS = KINDS_END;
    static constexpr std::size_t STATUSES = 16;
    static constexpr std::size_t STILL_WAITING = KINDS * STATUSES;

    TraceNames();
    /// Out of range numbers share the last name of their row or table.
    [[nodiscard]] static std::size_t index_of(const Event& event) {
        return std::size_t{event.kind} % KINDS * STATUSES + event.status % STATUSES;
    }
    [[nodiscard]] const auto& all() const { return names_; }
    [[nodiscard]] std::string_view of(const Event& event) const { return names_[index_of(event)]; }

  private:
    std::array<std::string, STILL_WAITING + 1> names_; ///< empty where none is needed
};

} // namespace knhk::tools
