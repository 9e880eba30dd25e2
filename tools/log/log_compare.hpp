// SPDX-License-Identifier: MIT
// Compares two logs and names the first difference: from their digests, which takes no time, or
// event by event, which counts what differs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/host/json_tree.hpp"
#include "tools/log/event_story.hpp"
#include "tools/log/log_identity.hpp"
#include "tools/log/log_index.hpp"
#include "tools/log/log_reader.hpp"

namespace knhk::tools {

/// How far two logs are apart. Whatever is not ExactMatch is a "no".
enum class Verdict : u8 {
    ExactMatch,
    MinorDifference, ///< 1 to MINOR_EVENTS_MAX events differ, at equal length and identity
    Diverged,        ///< more, or nobody counted
};
inline constexpr u64 MINOR_EVENTS_MAX = 10;
[[nodiscard]] const char* name_of(Verdict verdict);

/// What was looked at.
enum class Evidence : u8 {
    Digests, ///< ends and epoch records; blocks only where the chains part
    Events,  ///< everything that both logs hold
    Bytes,   ///< every byte of both files
};

/// Where two logs part: as precisely as what differs allows.
struct LogDifference {
    std::optional<u64> beat = {};
    std::optional<u32> core = {};
    std::optional<u64> index = {}; ///< of the event among its core's in the beat
    FieldDifference field;
};

struct LogFigures {
    std::string name;
    std::string ending;
    u64 beats = 0; ///< of this log
    u64 events = 0;
    std::string run_digest; ///< empty when the log has no trailer
};

struct Comparison {
    Verdict verdict = Verdict::ExactMatch;
    Evidence evidence = Evidence::Events;
    bool is_counted = true; ///< all events were looked at
    u64 mismatching_events = 0;
    std::vector<FieldDifference> identity;
    std::optional<LogDifference> first;
    bool by_digests_only = false; ///< at least one log holds no events
    u64 beats_before = 0;         ///< that not both logs hold: the comparison begins behind them
    u64 epochs_looked_at = 0;
    std::optional<u64> differing_byte; ///< the first, when all were compared
    LogFigures a;
    LogFigures b;
    std::optional<EventStory> story_a; ///< of the first difference, when it is an event
    std::optional<EventStory> story_b;
};

/// Told now and then how far it is: any two numbers, part of whole.
using CompareProgress = std::function<void(u64 done, u64 whole)>;

/// Event by event: reads both to their ends.
[[nodiscard]] Comparison compare(LogReader& a, LogReader& b, const CompareProgress& progress = {});

/// From the logs' digests: descends to the first beat after which their chains differ, and into it.
/// That a log's events are those of its digests is for `verify` to say. None when the digests of a
/// log contradict each other: then only reading all of it can tell.
[[nodiscard]] std::optional<Comparison> compare_digests(const LogIndex& a, const LogIndex& b);

/// Where two files part; none when they hold the same bytes. Two threads read.
[[nodiscard]] std::optional<u64> first_differing_byte(const LogFile& a, const LogFile& b,
                                                      const CompareProgress& progress);

/// What two prologues ask differently.
[[nodiscard]] std::vector<FieldDifference> identity_differences(const LogPrologue& a,
                                                                const LogPrologue& b);
/// What two trailers that count the same say differently.
[[nodiscard]] std::optional<LogDifference> difference_between(const LogTrailer& a,
                                                              const LogTrailer& b);

[[nodiscard]] Json to_json(const Comparison& comparison);
[[nodiscard]] std::string to_text(const Comparison& comparison);

} // namespace knhk::tools
