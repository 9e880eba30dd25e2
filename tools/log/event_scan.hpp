// SPDX-License-Identifier: MIT
// Looks at every event of a block for what docs/log-format.md does not name. As many events pass
// here as a file holds: this is built to run fast.
#pragma once

#include <span>
#include <string>

#include "tools/log/event_rules.hpp"
#include "tools/log/event_scan_wide.hpp"

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
    [[nodiscard]] const EventRule* rule_for(const Event& event) const;

    EventRules rules_;
    WideRules wide_rules_;
    WideScan wide_scan_ = widest_event_scan();
};

} // namespace knhk::tools
