// SPDX-License-Identifier: MIT
// What docs/log-format.md names of an event: which kinds there are, and what each can say.
#pragma once

#include <array>
#include <bit>

#include "replay/event.hpp"

namespace knhk::tools {

inline constexpr u8 KINDS_END = 8;

struct EventRule {
    bool exists;
    bool has_task;
    u8 last_status;
    u32 tick_bits; ///< that its ticks may have: all below one
};

using EventRules = std::array<EventRule, KINDS_END>;

/// For the logs of runs with so many cores, a power of two.
[[nodiscard]] constexpr EventRules event_rules(u32 cores) {
    constexpr u32 ANY = ~u32{0};
    EventRules rules{};
    const auto rule_of = [&rules](EventKind kind) -> EventRule& {
        return rules[static_cast<u8>(kind)];
    };
    // Of a delta its rows, up to 8.
    rule_of(EventKind::TaskEnqueued) = {true, true, DELTA_LEVEL, 15};
    rule_of(EventKind::TaskExecuted) = {true, true, static_cast<u8>(TaskStatus::Swallowed), ANY};
    rule_of(EventKind::StateChange) = {true, false, 0, 0};
    rule_of(EventKind::ExternalInput) = {true, true, 0, 0};
    rule_of(EventKind::Promotion) = {true, true, 2, std::bit_ceil(SNAPSHOT_NUMBERS) - 1};
    // As many receipts as the assertion ring of a core holds, 256, at most.
    rule_of(EventKind::Commit) = {true, true, 0, 511};
    rule_of(EventKind::TaskStolen) = {true, true, ORDERED_LEVEL - 1, cores - 1};
    return rules;
}

} // namespace knhk::tools
