// SPDX-License-Identifier: MIT
// Reads a log by the offsets of docs/log-format.md and by nothing of replay/log_format.hpp, so that
// both can be wrong only independently. Sizes, checks and spans must be right to be parsed.
#pragma once

#include <optional>
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

struct ParsedInputs {
    u64 beat;
    LogBytes inputs; ///< 72 bytes each
};

struct ParsedEpoch {
    u64 index;
    u64 beats;
    u64 events;
    Digest chain;
    LogBytes leaf;
    u64 beats_before; ///< how many blocks of this log stand before it
};

struct ParsedResumed {
    u64 beats;
    u64 events;
    u64 epochs;
    Digest chain;
    LogBytes peaks; ///< 32 bytes each
};

struct ParsedLog {
    u64 level;
    LogBytes identity;
    LogBytes workload;
    Digest identity_hash;
    std::optional<ParsedResumed> resumed;
    std::vector<ParsedBeat> beats;
    std::vector<ParsedInputs> inputs;
    std::vector<ParsedEpoch> epochs;
    u64 end_reason;
    u64 beats_in_trailer;
    u64 events_in_trailer;
    u64 epochs_in_trailer;
    Digest run_digest;
    LogBytes lockchain;
};

/// Throws std::runtime_error with the reason when the bytes are not one whole log.
[[nodiscard]] ParsedLog parse_log(const LogBytes& bytes);

} // namespace knhk::test
