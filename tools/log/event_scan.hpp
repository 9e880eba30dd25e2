// SPDX-License-Identifier: MIT
// Looks at every event of a block for what docs/log-format.md does not name. As many events pass
// here as a file holds: this is built to run fast.
#pragma once

#include <span>
#include <string>

#include "replay/event.hpp"

namespace knhk::tools {

struct EventFault {
    u64 index;
    std::string what;
};

class EventScan {
  public:
    /// For the logs of runs with so many cores.
    explicit EventScan(u32 cores);

    /// Whether `core` can have recorded these in a beat that began at G = `start_time`.
    [[nodiscard]] bool are_possible(std::span<const Event> events, u16 core, u64 start_time) const;
    /// For who was told that they are not: the first that cannot be, and why.
    [[nodiscard]] EventFault fault_among(std::span<const Event> events, u16 core,
                                         u64 start_time) const;

  private:
    static constexpr u32 SHAPES = 8 * 16;
    /// By kind and status: the ticks of such an event are below this. Zero: there is none such.
    u64 ticks_end_[SHAPES] = {};
};

} // namespace knhk::tools
