// SPDX-License-Identifier: MIT
// Looks at every event of a block for what docs/log-format.md does not name. As many events pass
// here as a file holds: this is built to run fast.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "replay/event.hpp"

namespace knhk::tools {

struct EventFault {
    u64 index;
    std::string what;
};

class EventScan {
  public:
    /// For the logs of runs with so many cores, a power of two.
    explicit EventScan(u32 cores);

    /// Whether `core` can have recorded these in a beat that began at G = `start_time`.
    [[nodiscard]] bool are_possible(std::span<const Event> events, u16 core, u64 start_time) const;
    /// For who was told that they are not: the first that cannot be, and why.
    [[nodiscard]] EventFault fault_among(std::span<const Event> events, u16 core,
                                         u64 start_time) const;

  private:
    /// Bits that must be zero: of an event's last eight bytes but its core, and of its task.
    struct Rule {
        u64 last_word;
        u64 task_id;
    };
    static constexpr u32 SHAPES = 0x1000; ///< statuses by kinds
    std::vector<Rule> rules_;
};

} // namespace knhk::tools
