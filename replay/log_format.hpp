// SPDX-License-Identifier: MIT
// The log file, to the byte, for who writes it (the image) and who reads it (the tools).
// `docs/log-format.md` says the same to a stranger.
#pragma once

#include <cstddef>
#include <span>

#include "base/hash.hpp"
#include "base/sha256.hpp"
#include "base/types.hpp"

namespace knhk {

inline constexpr u64 LOG_MAGIC = 0x01474F4C4B484E4B; // "KNHKLOG\x01"
inline constexpr u32 LOG_FORMAT_VERSION = 4;
inline constexpr u32 CONTRACT_VERSION = 5;

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

/// The file: LogHeader, identity, workload, zeros to a multiple of 8, records, LogTrailer.
///
/// A `check` is XXH3-64 of its record's bytes before it: a flipped bit is found, and where it is,
/// at every level.
struct LogHeader {
    u64 magic;
    u32 format_version;
    u16 level;
    u16 flags; ///< LOG_FLAG_ bits
    u32 identity_bytes;
    u32 workload_bytes; ///< 0 at level DigestOnly
    Digest identity_hash;
    u64 check;
};
static_assert(sizeof(LogHeader) == 48 && offsetof(LogHeader, identity_hash) == 24);

/// The run was open to inputs from outside: there may be LogInputs.
inline constexpr u16 LOG_FLAG_OPEN = 1;

inline constexpr u32 LOG_BEAT_TAG = 0x54414542;    // "BEAT"
inline constexpr u32 LOG_EPOCH_TAG = 0x434F5045;   // "EPOC"
inline constexpr u32 LOG_INPUTS_TAG = 0x54504E49;  // "INPT"
inline constexpr u32 LOG_RESUMED_TAG = 0x4D555352; // "RSUM"
inline constexpr u32 LOG_TRAILER_TAG = 0x20444E45; // "END "

/// What every record begins with.
struct LogRecord {
    u32 tag;
    u32 size_bytes; ///< of the whole record, this included
};

/// One executed beat. At level Full, `core_count` LogCore entries follow, in order of core, one for
/// each core that recorded something, and then their events, core by core.
struct LogBeat {
    LogRecord record;
    u64 beat;
    u64 start_time; ///< G at the start of the beat
    u32 event_count;
    u32 core_count; ///< LogCore entries; 0 below level Full
    Digest chain;   ///< E after this beat
    u64 check;      ///< of this header
};
static_assert(sizeof(LogBeat) == 56 && offsetof(LogBeat, chain) == 32);

struct LogCore {
    u16 core;
    u16 reserved; ///< 0
    u32 event_count;
    Digest digest; ///< h of the core's events
};
static_assert(sizeof(LogCore) == 24);

/// An epoch is over, or the run: what the lockchain took in (replay/lockchain.hpp).
struct LogEpoch {
    LogRecord record;
    u64 index;  ///< of its leaf
    u64 beats;  ///< executed in the run until here
    u64 events; ///< recorded in the run until here
    Digest chain;
    Sha256Digest leaf;
    u64 span_bytes; ///< from the end of the last such record, or the first record, to this one's
    u64 check;
};
static_assert(sizeof(LogEpoch) == 96 && offsetof(LogEpoch, leaf) == 48);

/// An external input that came while the run went on.
struct LogInput {
    u8 task[64];
    u64 time; ///< for which it is ordered; all ones if it is not
};
static_assert(sizeof(LogInput) == 72);
inline constexpr u32 LOG_INPUTS_MAX = 1024; ///< of one beat

/// A task that brings rows is followed by them, in the place of so many inputs.
inline constexpr u32 LOG_ROWS_INPUTS = 2;
inline constexpr u64 LOG_ROWS_BYTES = LOG_ROWS_INPUTS * sizeof(LogInput);
[[nodiscard]] constexpr bool brings_rows(const LogInput& input) {
    constexpr u32 FLAGS_AT = 29;
    constexpr u32 ROWS_FLAG = 4;
    return (input.task[FLAGS_AT] & ROWS_FLAG) != 0;
}
/// How many inputs this one and its rows are.
[[nodiscard]] constexpr u32 inputs_of(const LogInput& first) {
    return brings_rows(first) ? 1 + LOG_ROWS_INPUTS : 1;
}

/// The inputs that came in time for a beat, before its block; `count` LogInputs and a u64 check
/// follow. Not at level DigestOnly.
struct LogInputs {
    LogRecord record;
    u64 beat;
    u64 count;
};
static_assert(sizeof(LogInputs) == 24);

/// The first record of a log that begins with a checkpoint: what was before. As many peaks of the
/// lockchain follow as `epochs` has bits set, and a u64 check.
struct LogResumed {
    LogRecord record;
    u64 beats;
    u64 events;
    u64 epochs;
    Digest chain;
};
static_assert(sizeof(LogResumed) == 48);

struct LogTrailer {
    LogRecord record;
    u32 end_reason; ///< EndReason
    u32 reserved;   ///< 0
    u64 beats;      ///< executed in the run
    u64 events;     ///< recorded in the run, at whatever level
    u64 epochs;     ///< leaves of the lockchain
    Digest run_digest;
    Sha256Digest lockchain; ///< its root
    u64 check;
};
static_assert(sizeof(LogTrailer) == 96 && offsetof(LogTrailer, run_digest) == 40);

/// Of the record of a beat's inputs.
[[nodiscard]] inline u64 check_of(const LogInputs& header, std::span<const LogInput> inputs) {
    const u64 words[4] = {xxh3_64(inputs.data(), inputs.size_bytes()), header.beat, header.count,
                          header.record.size_bytes};
    return xxh3_64(words, sizeof words);
}

/// For a record that ends with its check.
template<class Record>
[[nodiscard]] u64 check_of(const Record& record) {
    static_assert(offsetof(Record, check) == sizeof(Record) - sizeof(u64));
    return xxh3_64(&record, offsetof(Record, check));
}

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
