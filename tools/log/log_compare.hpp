// SPDX-License-Identifier: MIT
// Compares two logs event by event, in bounded memory, and names the first difference.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tools/log/log_identity.hpp"
#include "tools/log/log_reader.hpp"

namespace knhk::tools {

/// How far two logs are apart. Whatever is not ExactMatch is a "no".
enum class Verdict : u8 {
    ExactMatch,
    MinorDifference, ///< 1 to MINOR_EVENTS_MAX events differ, at equal length and identity
    Diverged,
};
inline constexpr u64 MINOR_EVENTS_MAX = 10;
[[nodiscard]] const char* name_of(Verdict verdict);

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
    u64 beats = 0;
    u64 events = 0;
    std::string run_digest; ///< empty when the log has no trailer
};

struct Comparison {
    Verdict verdict = Verdict::ExactMatch;
    u64 mismatching_events = 0;
    std::vector<FieldDifference> identity;
    std::optional<LogDifference> first;
    bool by_digests_only = false; ///< at least one log holds no events
    LogFigures a;
    LogFigures b;
};

/// Reads both to their ends.
[[nodiscard]] Comparison compare(LogReader& a, LogReader& b);

[[nodiscard]] nlohmann::ordered_json to_json(const Comparison& comparison);
[[nodiscard]] std::string to_text(const Comparison& comparison);

} // namespace knhk::tools
