// SPDX-License-Identifier: MIT
// One beat of a log, and what can be wrong with it by itself: docs/log-format.md, Beat block.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "replay/event.hpp"
#include "replay/log_format.hpp"
#include "tools/log/event_scan.hpp"
#include "tools/log/log_damage.hpp"
#include "tools/log/log_prologue.hpp"

namespace knhk::tools {

/// At level Full the events stand core by core, in the order of `cores`.
struct LogBlock {
    std::vector<LogInput> inputs; ///< that came while the run went on
    LogBeat beat;
    std::span<const LogCore> cores;
    std::span<const Event> events;
};

/// Events that a core, and that all of them together, may record in a beat.
[[nodiscard]] constexpr u32 events_max_of(u32 cores) {
    constexpr u32 EVENTS_MAX = 16384;
    return EVENTS_MAX / cores;
}

/// A block's place in its file, for messages.
[[nodiscard]] LogDamage block_damage(u64 at, const LogBeat& header, std::string what);

/// A header that is not what was written, or with sizes that cannot be; it stands at byte `at`.
[[nodiscard]] std::optional<LogDamage> fault_of(const LogBeat& header, u64 at,
                                                const LogPrologue& prologue);

/// `bytes`: a whole block whose header was looked at. What they are stays theirs.
void lay_out(LogBlock& block, std::span<const std::byte> bytes);

/// Entries and events that docs/log-format.md does not name. Digests are not looked at.
[[nodiscard]] std::optional<LogDamage> fault_of_contents(const LogBlock& block, u64 at,
                                                         const EventScan& scan, u32 cores);

/// Calls `visit(entry, events, first)` for each core; `first` is the index of its first event.
template<class Visit>
void for_each_core(const LogBlock& block, Visit visit) {
    std::size_t first = 0;
    for (const LogCore& entry : block.cores) {
        visit(entry, block.events.subspan(first, entry.event_count), first);
        first += entry.event_count;
    }
}

/// Where a block's entries and events stand in the file.
[[nodiscard]] constexpr u64 entry_position(u64 at, u64 index) {
    return at + sizeof(LogBeat) + index * sizeof(LogCore);
}
[[nodiscard]] constexpr u64 event_position(u64 at, const LogBeat& header, u64 index) {
    return entry_position(at, header.core_count) + index * sizeof(Event);
}

} // namespace knhk::tools
