// SPDX-License-Identifier: MIT
// Reads a log by the offsets of docs/log-format.md and by nothing of replay/log_format.hpp, so that
// both can be wrong only independently.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/types.hpp"

namespace knhk::test {

using LogBytes = std::vector<u8>;

struct ParsedCore {
    u64 core;
    u64 event_count;
    Digest digest;
    LogBytes events;
};

struct ParsedBeat {
    u64 beat;
    u64 start_time;
    u64 event_count;
    u64 core_count;
    Digest chain;
    std::vector<ParsedCore> cores;
};

struct ParsedLog {
    u64 level;
    LogBytes identity;
    LogBytes workload;
    Digest identity_hash;
    std::vector<ParsedBeat> beats;
    u64 end_reason;
    u64 beats_in_trailer;
    u64 events_in_trailer;
    Digest run_digest;
};

/// Throws std::runtime_error with the reason when the bytes are not one whole log.
[[nodiscard]] ParsedLog parse_log(const LogBytes& bytes);

} // namespace knhk::test
