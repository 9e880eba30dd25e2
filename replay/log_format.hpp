// SPDX-License-Identifier: MIT
// The log file, to the byte, for who writes it (the image) and who reads it (the tools).
// `docs/log-format.md` says the same to a stranger.
#pragma once

#include <cstddef>

#include "base/hash.hpp"
#include "base/types.hpp"

namespace knhk {

inline constexpr u64 LOG_MAGIC = 0x01474F4C4B484E4B; // "KNHKLOG\x01"
inline constexpr u32 LOG_FORMAT_VERSION = 2;
inline constexpr u32 CONTRACT_VERSION = 2;

/// What a log holds.
enum class LogLevel : u32 {
    DigestOnly = 0, ///< the chain; cannot be replayed
    Inputs = 1,     ///< and the workload: all that a replay needs
    Full = 2,       ///< and every event
};

enum class EndReason : u32 {
    Quiescent = 0, ///< nothing was left to do
    BeatLimit = 1, ///< beats=N was reached
    Stopped = 2,   ///< an operator asked for it
};

/// "unknown" for a number that is no reason.
constexpr const char* text_of(EndReason reason) {
    switch (reason) {
    case EndReason::Quiescent:
        return "quiescent";
    case EndReason::BeatLimit:
        return "beat-limit";
    case EndReason::Stopped:
        return "stopped";
    }
    return "unknown";
}

/// The file: LogHeader, identity, workload, zeros to a multiple of 8, blocks, LogTrailer.
struct LogHeader {
    u64 magic;
    u32 format_version;
    u32 level;
    u32 identity_bytes;
    u32 workload_bytes; ///< 0 at level DigestOnly
    Digest identity_hash;
};
static_assert(sizeof(LogHeader) == 40 && offsetof(LogHeader, identity_hash) == 24);

inline constexpr u32 LOG_BEAT_TAG = 0x54414542;    // "BEAT"
inline constexpr u32 LOG_TRAILER_TAG = 0x20444E45; // "END "

/// One executed beat. At level Full, `core_count` LogCore entries follow, in order of core, one for
/// each core that recorded something, and then their events, core by core.
struct LogBeat {
    u32 tag;        ///< LOG_BEAT_TAG
    u32 size_bytes; ///< of the whole block, this header included
    u64 beat;
    u64 start_time; ///< G at the start of the beat
    u32 event_count;
    u32 core_count; ///< LogCore entries; 0 below level Full
    Digest chain;   ///< E after this beat
};
static_assert(sizeof(LogBeat) == 48 && offsetof(LogBeat, chain) == 32);

struct LogCore {
    u16 core;
    u16 reserved; ///< 0
    u32 event_count;
    Digest digest; ///< h of the core's events
};
static_assert(sizeof(LogCore) == 24);

struct LogTrailer {
    u32 tag;        ///< LOG_TRAILER_TAG
    u32 size_bytes; ///< of this trailer
    u32 end_reason; ///< EndReason
    u32 reserved;   ///< 0
    u64 beats;      ///< blocks in this log
    u64 events;     ///< recorded in the run, at whatever level
    Digest run_digest;
};
static_assert(sizeof(LogTrailer) == 48 && offsetof(LogTrailer, run_digest) == 32);

/// The largest block that a run can make: a full window and an entry for every core.
inline constexpr u64 LOG_BEAT_BYTES_MAX =
    sizeof(LogBeat) + CORES_MAX * sizeof(LogCore) + 512 * 1024;

/// The identity is a list of fields: u16 tag, u16 zero, u32 size, bytes. Tags ascend.
enum class IdentityTag : u16 {
    LogFormat = 1,   ///< u32
    Contract = 2,    ///< u32
    Cores = 3,       ///< u32
    Latencies = 4,   ///< C x C bytes: [source][destination], in beats
    Capacities = 5,  ///< u32 each: see docs/log-format.md
    Costs = 6,       ///< u32 for each operation
    Seed = 7,        ///< u64
    Handlers = 8,    ///< for each, by id: u16 id, u16 name length, u32 version, name
    WorkloadSha = 9, ///< SHA-256 of the canonical workload text
    Policies = 10,   ///< u32: POLICY_ bits
    Guards = 11,     ///< the image's guards that are functions, as Handlers
};

inline constexpr u32 POLICY_STEALING = 1;

inline constexpr std::size_t IDENTITY_BYTES_MAX = std::size_t{192} * 1024;

} // namespace knhk
