// SPDX-License-Identifier: MIT
// Which part of a core's beat an event belongs to, as far as the log alone can tell
// (docs/determinism.md, 2): what was admitted, what a running task emitted.
#pragma once

#include "replay/event.hpp"

namespace knhk::tools {

/// Reads a log's events core by core, beat by beat.
class Arrivals {
  public:
    enum class Part : u8 {
        Admitted, ///< before the core's first task of the run: an arrival, or what precedes it
        Emitted,  ///< an event of the task that started last
        Task,     ///< a task's start
        Unclear,  ///< one of the first two
    };

    /// A log that begins with a checkpoint may hold ordered tasks that it does not show coming.
    explicit Arrivals(bool is_resumed) : has_ordered_(is_resumed) {}

    /// Before each core's events of a beat that starts at `start_time`.
    void begin_core(u64 start_time);
    [[nodiscard]] Part next(const Event& event);
    /// Whether an ordered task may have run by now: then some parts are unclear.
    [[nodiscard]] bool has_ordered() const { return has_ordered_; }

  private:
    bool has_ordered_;
    u64 start_time_ = 0;
    bool is_ordered_part_over_ = false;
    Part owner_ = Part::Admitted; ///< what a TaskEnqueued here would be
};

} // namespace knhk::tools
