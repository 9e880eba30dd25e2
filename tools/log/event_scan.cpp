// SPDX-License-Identifier: MIT
#include "tools/log/event_scan.hpp"

#include <fmt/format.h>

#include "tools/log/event_names.hpp"

namespace knhk::tools {

namespace {

constexpr u64 ANY_TICKS = u64{1} << 32;
constexpr u8 KINDS_END = 8;
constexpr u8 STATUSES_END = 16;

constexpr u32 shape_of(u8 kind, u8 status) {
    return kind + u32{status} * KINDS_END;
}

u64 ticks_end_of(u8 kind, u8 status, u32 cores) {
    switch (static_cast<EventKind>(kind)) {
    case EventKind::TaskEnqueued:
        return status <= ORDERED_LEVEL ? 1 : 0;
    case EventKind::TaskExecuted:
        return status <= static_cast<u8>(TaskStatus::NoObservation) ? ANY_TICKS : 0;
    case EventKind::StateChange:
    case EventKind::ExternalInput:
        return status == 0 ? 1 : 0;
    case EventKind::TaskStolen:
        return status < ORDERED_LEVEL ? cores : 0;
    }
    return 0;
}

} // namespace

EventScan::EventScan(u32 cores) {
    for (u8 status = 0; status < STATUSES_END; ++status) {
        for (u8 kind = 0; kind < KINDS_END; ++kind) {
            ticks_end_[shape_of(kind, status)] = ticks_end_of(kind, status, cores);
        }
    }
}

bool EventScan::are_possible(std::span<const Event> events, u16 core, u64 start_time) const {
    u64 previous = start_time;
    bool is_strange = false;
    for (const Event& event : events) { // no branch but its end
        is_strange |= event.timestamp <= previous;
        previous = event.timestamp;
        is_strange |= event.core != core;
        is_strange |= (event.kind >= KINDS_END) | (event.status >= STATUSES_END);
        const u32 shape = shape_of(event.kind % KINDS_END, event.status % STATUSES_END);
        is_strange |= event.ticks >= ticks_end_[shape];
        is_strange |=
            (event.kind == static_cast<u8>(EventKind::StateChange)) & (event.task_id != 0);
    }
    return !is_strange;
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
                              ticks_end_[shape_of(event.kind, event.status)] != 0;
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
