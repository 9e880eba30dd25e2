// SPDX-License-Identifier: MIT
#include "tools/log/event_scan.hpp"

#include <fmt/format.h>

#include "tools/log/event_names.hpp"

namespace knhk::tools {

namespace {

WideRules widened(const EventRules& rules) {
    WideRules wide{};
    for (u8 i = 0; FIRST_KIND + i < KINDS_END; ++i) {
        const EventRule& rule = rules[FIRST_KIND + i];
        wide.ticks[i] = static_cast<u8>(rule.tick_bits >> 8);
        wide.ticks[KINDS_END + i] = static_cast<u8>(rule.tick_bits);
        wide.kinds_and_statuses[i] = rule.exists ? i : 0;
        wide.kinds_and_statuses[KINDS_END + i] = rule.last_status;
        wide.no_task[i] = rule.exists && !rule.has_task ? 0xFF : 0;
    }
    return wide;
}

} // namespace

EventScan::EventScan(u32 cores) : rules_(event_rules(cores)), wide_rules_(widened(rules_)) {}

/// Null when there is no such event.
const EventRule* EventScan::rule_for(const Event& event) const {
    const bool is_known = event.kind < KINDS_END && rules_[event.kind].exists &&
                          event.status <= rules_[event.kind].last_status;
    return is_known ? &rules_[event.kind] : nullptr;
}

bool EventScan::are_possible(std::span<const Event> events, u16 core, u64 start_time) const {
    const std::size_t wide =
        wide_scan_ != nullptr ? events.size() / EVENTS_AT_ONCE * EVENTS_AT_ONCE : 0;
    if (wide != 0 && !wide_scan_(wide_rules_, events.data(), wide, core, start_time)) {
        return false;
    }
    const u64 before = wide != 0 ? events[wide - 1].timestamp : start_time;
    return fault_among(events.subspan(wide), core, before).what.empty();
}

EventFault EventScan::fault_among(std::span<const Event> events, u16 core, u64 start_time) const {
    u64 previous = start_time;
    for (u64 i = 0; i < events.size(); ++i) {
        const Event& event = events[i];
        if (event.timestamp <= previous) {
            return {i, fmt::format("its timestamp {} is not above {}", event.timestamp, previous)};
        }
        if (event.core != core) {
            return {i, fmt::format("it says core {}, its entry says {}", event.core, core)};
        }
        const EventRule* const rule = rule_for(event);
        if (rule == nullptr) {
            return {i, fmt::format("kind {} with status {}", kind_text(event.kind), event.status)};
        }
        if ((event.ticks & ~rule->tick_bits) != 0 || (event.task_id != 0 && !rule->has_task)) {
            return {i, fmt::format("kind {} with ticks {} and task {:#x}", kind_text(event.kind),
                                   event.ticks, event.task_id)};
        }
        previous = event.timestamp;
    }
    return {events.size(), {}};
}

} // namespace knhk::tools
