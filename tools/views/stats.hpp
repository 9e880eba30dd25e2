// SPDX-License-Identifier: MIT
// `knhk stats`: what a log holds, counted in one pass and bounded memory.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "tools/host/json_tree.hpp"
#include "tools/log/event_rules.hpp"
#include "tools/log/log_reader.hpp"

namespace knhk::tools {

struct CoreStats {
    u64 events = 0;
    u64 tasks = 0; ///< executions
    u64 ticks = 0;
};

/// What became of requests for one snapshot.
struct PromotionStats {
    static constexpr u32 DECISIONS = 3; ///< promoted, refused, damaged

    std::array<u64, DECISIONS> counts{};
    u64 id = 0; ///< the first eight bytes of the last one's that was promoted

    [[nodiscard]] bool was_asked_for() const { return counts != decltype(counts){}; }
};

/// What went the way of the beat path.
struct DeltaStats {
    u64 rows = 0;     ///< of deltas
    u64 receipts = 0; ///< committed, as are the next two
    u64 lanes = 0;    ///< rows that were looked at
    u64 asserted = 0; ///< rows
};

/// What only events tell; none below level full.
struct EventStats {
    static constexpr u32 KINDS = KINDS_END;
    static constexpr u32 STATUSES = 16;

    std::array<std::array<u64, STATUSES>, KINDS> counts{}; ///< by kind and status
    u64 unique_tasks = 0;                                  ///< different ids
    bool unique_tasks_are_exact = true;
    u64 inputs_from_outside = 0;
    std::array<PromotionStats, SNAPSHOT_NUMBERS> promotions{}; ///< by the snapshot's number
    DeltaStats deltas;
    std::vector<CoreStats> cores;
    /// Messages that arrived; none where the log cannot tell them from emissions.
    std::optional<u64> messages;

    [[nodiscard]] u64 of_kind(EventKind kind) const;
    [[nodiscard]] u64 delta_count() const {
        return counts[static_cast<u8>(EventKind::TaskEnqueued)][DELTA_LEVEL];
    }
    [[nodiscard]] u64 ticks() const;
};

struct LogStats {
    std::string path;
    std::string ending;
    LogLevel level = LogLevel::DigestOnly;
    u32 cores = 0;
    std::optional<LogResumed> resumed;
    std::optional<LogTrailer> trailer;
    u64 beats = 0; ///< executed, in this log
    u64 events = 0;
    std::optional<u64> first_beat;
    std::optional<u64> last_beat;
    u64 beats_skipped = 0; ///< of the whole run, up to the last one
    u64 last_time = 0;     ///< logical
    std::optional<EventStats> by_event;

    /// Deterministic events of all, 1 for a log without any; none where events are not known.
    [[nodiscard]] std::optional<double> determinism_ratio() const;
};

/// Reads to the end. Throws Failure (BadInput) if the log is damaged.
[[nodiscard]] LogStats stats_of(LogReader& log, bool quiet);

[[nodiscard]] std::string to_text(const LogStats& stats);
[[nodiscard]] Json to_json(const LogStats& stats);

} // namespace knhk::tools
