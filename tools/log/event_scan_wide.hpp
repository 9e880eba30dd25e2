// SPDX-License-Identifier: MIT
// Several events at once, in registers that not every machine has.
#pragma once

#include <cstddef>

#include "tools/log/event_rules.hpp"

namespace knhk::tools {

/// How many events are looked at at once.
inline constexpr std::size_t EVENTS_AT_ONCE = 4;

inline constexpr u8 FIRST_KIND = 1;

/// EventRules as bytes to be looked up by an event's kind less FIRST_KIND, sixteen at a time. Those
/// of a kind that is not are zero.
struct WideRules {
    /// For the first half: the largest of the upper three bytes of ticks; for the second: of the
    /// lowest. Where not all bits may be set, they are the lowest: what is above is forbidden.
    alignas(16) u8 ticks[2 * KINDS_END];
    /// What it is looked up by; its last status.
    alignas(16) u8 kinds_and_statuses[2 * KINDS_END];
    /// All bits of every byte for a kind without a task.
    alignas(16) u8 no_task[2 * KINDS_END];
};

/// As EventScan::are_possible, for a multiple of EVENTS_AT_ONCE.
using WideScan = bool (*)(const WideRules& rules, const Event* events, std::size_t count, u16 core,
                          u64 start_time);

/// Null when this machine looks at one event after the other.
[[nodiscard]] WideScan widest_event_scan();

/// Only for widest_event_scan, which knows whether the machine has AVX2.
[[nodiscard]] bool are_possible_avx2(const WideRules& rules, const Event* events, std::size_t count,
                                     u16 core, u64 start_time);

} // namespace knhk::tools
