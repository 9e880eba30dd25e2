// SPDX-License-Identifier: MIT
// A log in at most 10 KB, for comparing runs on two machines by exchanging little: samples of its
// chain of digests, evenly spread over a range of beats. docs/log-format.md, Digests file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "tools/log/log_index.hpp"

namespace knhk::tools {

inline constexpr u64 DIGESTS_MAGIC = 0x01474944'4B484E4B; // "KNHKDIG\x01"
inline constexpr u32 DIGESTS_VERSION = 1;
inline constexpr u32 DIGESTS_WITHOUT_END = ~0u;

struct DigestsHeader {
    u64 magic;
    u32 version;
    u32 size_bytes; ///< of the whole file
    Digest identity_hash;
    u64 run_beats;       ///< of the run, until the log's last whole beat
    u64 run_events;      ///< recorded until there
    u64 first;           ///< ordinals of the range's beats: 1 for the first of the run
    u64 last;            ///< below `first` when the range is empty
    Digest chain_before; ///< E before the first of them
    Digest chain_end;    ///< E after the log's last whole beat
    u32 end_reason;      ///< EndReason; DIGESTS_WITHOUT_END when the log is not whole
    u32 sample_count;
    u64 first_beat; ///< the number of the range's first beat; 0 when it is empty
    u64 stride;     ///< a power of two: sampled are the ordinals that it divides, and the last
};
static_assert(sizeof(DigestsHeader) == 120);

struct DigestsSample {
    u64 beat;      ///< its number
    u64 chain_low; ///< the low word of E after it
};
static_assert(sizeof(DigestsSample) == 16);

inline constexpr u64 DIGESTS_SAMPLES_MAX = 512; ///< that a stride divides
inline constexpr u64 DIGESTS_BYTES_MAX =
    sizeof(DigestsHeader) + (DIGESTS_SAMPLES_MAX + 1) * sizeof(DigestsSample) + sizeof(u64);
static_assert(DIGESTS_BYTES_MAX <= 10'000);

struct Digests {
    std::string name;
    bool is_file = false; ///< else they were made of the log that `name` names
    DigestsHeader header{};
    std::vector<DigestsSample> samples;

    /// The log that they are of, as a command would name it: a digests file does not say it.
    [[nodiscard]] std::string log_name() const;
    /// Of sample `index`.
    [[nodiscard]] u64 ordinal_of(std::size_t index) const;
};

/// Beats by their numbers; all of the log's by default.
struct DigestsRange {
    std::optional<u64> from = {};
    std::optional<u64> to = {};
};

[[nodiscard]] Digests digests_of(const LogIndex& log, const DigestsRange& range);
/// Of the range and with the stride of another file.
[[nodiscard]] Digests digests_like(const LogIndex& log, const DigestsHeader& other);

[[nodiscard]] std::vector<std::byte> encode(const Digests& digests);
/// Throws Failure (BadInput) when the bytes are no digests file of this version.
[[nodiscard]] Digests decode_digests(std::span<const std::byte> bytes, std::string name);

[[nodiscard]] bool is_digests_file(const LogFile& file);
[[nodiscard]] Digests read_digests(const LogFile& file);

} // namespace knhk::tools
