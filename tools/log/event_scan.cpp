// SPDX-License-Identifier: MIT
#include "tools/log/event_scan.hpp"

#include <optional>

#include <fmt/format.h>

#include "tools/log/event_names.hpp"

namespace knhk::tools {

namespace {

constexpr u8 KINDS_END = 8;
constexpr u8 STATUSES_END = 16;
constexpr u32 ALL_BITS = ~u32{0};

/// An event's last eight bytes, with its core's number taken out: zero, and so free for a mark.
constexpr u64 CORE_BITS = u64{0xFFFF} << 32;
constexpr u64 IMPOSSIBLE = u64{1} << 32;
/// Bits above those of KINDS_END and STATUSES_END, and what is left of another core's number.
constexpr u64 STRANGE_BITS = CORE_BITS | u64{0xF0F8} << 48;

constexpr u64 last_word_of(const Event& event) {
    return event.ticks | u64{event.core} << 32 | u64{event.kind} << 48 | u64{event.status} << 56;
}

/// Of a last word: a number for each kind with each status, as its bits lie. Few of them are met,
/// so few lines of a large table: packing the bits would take longer than finding these.
constexpr u64 shape_of(u64 last_word) {
    return last_word >> 48 & (u64{STATUSES_END - 1} << 8 | (KINDS_END - 1));
}

/// The bits that the ticks of such an event may not have; none: there is no such event.
std::optional<u32> forbidden_ticks(u8 kind, u8 status, u32 cores) {
    const auto only_if = [](bool is_known, u32 bits) {
        return is_known ? std::optional(bits) : std::nullopt;
    };
    switch (static_cast<EventKind>(kind)) {
    case EventKind::TaskEnqueued:
        return only_if(status <= ORDERED_LEVEL, ALL_BITS);
    case EventKind::TaskExecuted:
        return only_if(status <= static_cast<u8>(TaskStatus::NoObservation), 0);
    case EventKind::StateChange:
    case EventKind::ExternalInput:
        return only_if(status == 0, ALL_BITS);
    case EventKind::TaskStolen: // from a core below this power of two
        return only_if(status < ORDERED_LEVEL, ~(cores - 1));
    }
    return std::nullopt;
}

} // namespace

EventScan::EventScan(u32 cores) : rules_(SHAPES) {
    for (u8 status = 0; status < STATUSES_END; ++status) {
        for (u8 kind = 0; kind < KINDS_END; ++kind) {
            const auto ticks = forbidden_ticks(kind, status, cores);
            const bool has_no_task = kind == static_cast<u8>(EventKind::StateChange);
            const Event event{.timestamp = 0,
                              .task_id = 0,
                              .hash = 0,
                              .ticks = 0,
                              .core = 0,
                              .kind = kind,
                              .status = status};
            rules_[shape_of(last_word_of(event))] = {ticks ? u64{*ticks} : IMPOSSIBLE,
                                                     has_no_task ? ~u64{0} : 0};
        }
    }
}

bool EventScan::are_possible(std::span<const Event> events, u16 core, u64 start_time) const {
    u64 previous = start_time;
    bool is_early = false;
    u64 seen = 0;
    u64 forbidden = 0;
    for (const Event& event : events) { // no branch but its end
        is_early |= event.timestamp <= previous;
        previous = event.timestamp;
        const u64 word = last_word_of(event) ^ u64 { core } << 32;
        seen |= word;
        const Rule& rule = rules_[shape_of(word)];
        forbidden |= (word | IMPOSSIBLE) & rule.last_word;
        forbidden |= event.task_id & rule.task_id;
    }
    return !is_early && (seen & STRANGE_BITS) == 0 && forbidden == 0;
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
        const bool is_known = event.kind < KINDS_END && event.status < STATUSES_END &&
                              rules_[shape_of(last_word_of(event))].last_word != IMPOSSIBLE;
        if (!is_known) {
            return {i, fmt::format("kind {} with status {}", kind_text(event.kind), event.status)};
        }
        if (!are_possible(std::span(&event, 1), core, previous)) {
            return {i, fmt::format("kind {} with ticks {} and task {:#x}", kind_text(event.kind),
                                   event.ticks, event.task_id)};
        }
        previous = event.timestamp;
    }
    return {events.size(), {}};
}

} // namespace knhk::tools
