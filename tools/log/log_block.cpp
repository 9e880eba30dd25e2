// SPDX-License-Identifier: MIT
#include "tools/log/log_block.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace knhk::tools {

namespace {

constexpr const char* RECORD = "beat block";

std::optional<LogDamage> fault_of_entries(const LogBlock& block, u64 at, u32 cores) {
    u64 events = 0;
    int previous_core = -1;
    for (std::size_t i = 0; i < block.cores.size(); ++i) {
        const LogCore& entry = block.cores[i];
        if (entry.core <= previous_core || entry.core >= cores || entry.reserved != 0 ||
            entry.event_count == 0) {
            const bool is_pair = i > 0 && entry.core <= previous_core; // either may be wrong
            return LogDamage{entry_position(at, i - (is_pair ? 1 : 0)),
                             (is_pair ? 2 : 1) * sizeof entry,
                             RECORD,
                             block.beat.beat,
                             entry.core,
                             {},
                             "an impossible core entry"};
        }
        previous_core = entry.core;
        events += entry.event_count;
    }
    if (events != block.events.size()) { // below level full there are none
        return block_damage(at, block.beat,
                            fmt::format("beat {} counts its events wrongly", block.beat.beat));
    }
    for (const LogCore& entry : block.cores) {
        if (entry.event_count > events_max_of(cores)) {
            return block_damage(
                at, block.beat,
                fmt::format("core {} has more events than a core may record in beat {}", entry.core,
                            block.beat.beat));
        }
    }
    return std::nullopt;
}

/// A core's part of a block, and where it stands.
struct CorePart {
    const LogBlock& block;
    u64 at;
    u64 index; ///< of its entry
    u64 first; ///< of its events
};

/// Events that their core cannot have recorded.
LogDamage fault_of_core(const CorePart& part, std::span<const Event> events,
                        const EventScan& scan) {
    const LogBeat& header = part.block.beat;
    const LogCore& entry = part.block.cores[part.index];
    const u64 entry_at = entry_position(part.at, part.index);
    const auto is_of_first = [&](const Event& event) { return event.core == events[0].core; };
    if (events[0].core != entry.core && std::ranges::all_of(events, is_of_first)) {
        // Of one event and its entry, either may be wrong.
        const u64 end = events.size() == 1 ? event_position(part.at, header, part.first + 1)
                                           : entry_at + sizeof entry;
        return {
            entry_at,
            end - entry_at,
            RECORD,
            header.beat,
            entry.core,
            {},
            fmt::format("an entry of core {} over events of core {}", entry.core, events[0].core)};
    }
    const EventFault strange = scan.fault_among(events, entry.core, header.start_time);
    // Of two timestamps that do not ascend, either may be the wrong one.
    const bool is_pair =
        strange.index > 0 && events[strange.index].timestamp <= events[strange.index - 1].timestamp;
    return {event_position(part.at, header, part.first + strange.index - (is_pair ? 1 : 0)),
            (is_pair ? 2 : 1) * sizeof(Event),
            RECORD,
            header.beat,
            entry.core,
            strange.index,
            "an impossible event: " + strange.what};
}

} // namespace

LogDamage block_damage(u64 at, const LogBeat& header, std::string what) {
    return {at, sizeof(LogBeat), RECORD, header.beat, {}, {}, std::move(what)};
}

std::optional<LogDamage> fault_of(const LogBeat& header, u64 at, const LogPrologue& prologue) {
    if (header.check != check_of(header)) {
        return LogDamage{
            at, sizeof header, RECORD, {}, {}, {}, "a beat's header that is not what was written"};
    }
    if (header.record.size_bytes < sizeof header) {
        return block_damage(at, header,
                            fmt::format("a record of {} bytes", header.record.size_bytes));
    }
    const bool is_full = prologue.level() == LogLevel::Full;
    const u64 core_bytes = header.core_count * sizeof(LogCore);
    const u64 event_bytes = is_full ? header.event_count * sizeof(Event) : 0;
    if (header.core_count > (is_full ? prologue.cores : 0) ||
        header.event_count > u64{prologue.cores} * events_max_of(prologue.cores) ||
        header.record.size_bytes != sizeof header + core_bytes + event_bytes) {
        return block_damage(at, header, fmt::format("beat {} has an impossible size", header.beat));
    }
    return std::nullopt;
}

void lay_out(LogBlock& block, std::span<const std::byte> bytes) {
    std::memcpy(&block.beat, bytes.data(), sizeof block.beat);
    const auto* const entries = reinterpret_cast<const LogCore*>(bytes.data() + sizeof block.beat);
    block.cores = {entries, block.beat.core_count};
    const std::size_t used = sizeof block.beat + block.cores.size_bytes();
    const auto* const events = reinterpret_cast<const Event*>(bytes.data() + used);
    block.events = {events, (bytes.size() - used) / sizeof(Event)};
}

std::optional<LogDamage> fault_of_contents(const LogBlock& block, u64 at, const EventScan& scan,
                                           u32 cores) {
    if (block.cores.empty() && block.events.empty()) {
        return std::nullopt; // nothing was recorded, or it is not stored at this level
    }
    std::optional<LogDamage> fault = fault_of_entries(block, at, cores);
    if (fault) {
        return fault;
    }
    u64 index = 0;
    for_each_core(block, [&](const LogCore& entry, std::span<const Event> events, u64 first) {
        if (!fault && !scan.are_possible(events, entry.core, block.beat.start_time)) {
            fault = fault_of_core({block, at, index, first}, events, scan);
        }
        ++index;
    });
    return fault;
}

} // namespace knhk::tools
