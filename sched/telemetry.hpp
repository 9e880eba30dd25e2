// SPDX-License-Identifier: MIT
// What workers tell about their own speed: measurements beside the log, never in it. Any worker may
// push; whoever reports may pop. A full queue loses the newest record and no run fails by it.
#pragma once

#include "base/memory_map.hpp"
#include "sched/best_effort.hpp"

namespace knhk {

enum class TelemetryKind : u32 {
    Beat,    ///< a worker's part of a beat
    Barrier, ///< from its end until the next beat may begin
    Alone,   ///< of that, the work of the last one to arrive
};
inline constexpr u32 TELEMETRY_KINDS = 3;

struct TelemetryRecord {
    Cycles cycles; ///< how long it took
    Beat beat;
    u32 worker;
    TelemetryKind kind;
};
static_assert(sizeof(TelemetryRecord) == 24);

inline constexpr u32 TELEMETRY_CAPACITY = 1024;
/// In region::telemetry.
using TelemetryQueue = BestEffortQueue<TelemetryRecord, TELEMETRY_CAPACITY>;
static_assert(sizeof(TelemetryQueue) <= region::telemetry.size_bytes);

/// One beat in so many is measured.
inline constexpr u64 TELEMETRY_BEATS = 16;

/// What has been popped, by kind.
struct TelemetrySums {
    u64 records[TELEMETRY_KINDS] = {};
    u64 cycles[TELEMETRY_KINDS] = {};

    void add(const TelemetryRecord& record) {
        ++records[static_cast<u32>(record.kind)];
        cycles[static_cast<u32>(record.kind)] += record.cycles.raw;
    }
    /// Zero if there was none.
    [[nodiscard]] u64 average(TelemetryKind kind) const {
        const u64 count = records[static_cast<u32>(kind)];
        return count == 0 ? 0 : cycles[static_cast<u32>(kind)] / count;
    }
};

} // namespace knhk
