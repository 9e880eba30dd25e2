// SPDX-License-Identifier: MIT
// A proof that one event belongs to a run whose lockchain has a certain root, to the byte
// (docs/log-format.md, Proof file), and the check that needs nothing but the proof and the root.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "replay/event.hpp"
#include "replay/lockchain.hpp"

namespace knhk::tools {

inline constexpr u64 PROOF_MAGIC = 0x0146'5250'4B48'4E4B; // "KNHKPRF\x01"
inline constexpr u32 PROOF_VERSION = 1;

struct ProofHeader {
    u64 magic;
    u32 version;
    u32 core_count; ///< C: digests of a step
    u64 size_bytes; ///< of the whole file
    Digest identity_hash;
    u32 core; ///< of the event
    u32 index;
    u32 event_count; ///< of this core in this beat
    u32 step_count;
    u32 path_count;
    u32 reserved; ///< 0
    u64 leaf_index;
    u64 leaf_beats;
    u64 leaf_events;
    u64 leaves;
    Digest previous; ///< E before the first step
};
static_assert(sizeof(ProofHeader) == 112 && offsetof(ProofHeader, previous) == 96);

/// A step of the chain: what was hashed beside E before it.
struct ProofStep {
    u64 beat;
    u64 start_time;
    std::vector<Digest> digests; ///< h of each core
};

struct Proof {
    Digest identity_hash;
    u32 core_count;
    u32 core;
    u32 index;      ///< of the event in `events`
    EpochLeaf leaf; ///< its digest follows from the steps: it is not in the file
    u64 leaves;
    Digest previous;
    std::vector<Event> events;    ///< of the core in the first step's beat
    std::vector<ProofStep> steps; ///< from the event's beat to the last of its epoch
    std::vector<Sha256Digest> path;

    [[nodiscard]] const Event& event() const { return events[index]; }
    [[nodiscard]] u64 beat() const { return steps.front().beat; }
};

inline constexpr u32 PROOF_EVENTS_MAX = 16384;
inline constexpr u32 PROOF_STEPS_MAX = 8;
inline constexpr u32 PROOF_PATH_MAX = 64;
inline constexpr u64 PROOF_BYTES_MAX =
    sizeof(ProofHeader) + PROOF_EVENTS_MAX * sizeof(Event) +
    PROOF_STEPS_MAX * (2 * sizeof(u64) + CORES_MAX * sizeof(Digest)) +
    PROOF_PATH_MAX * sizeof(Sha256Digest) + sizeof(u64);

[[nodiscard]] std::string bytes_of(const Proof& proof);
/// Throws Failure (BadInput) for what is no proof, or a damaged one; `name` is for the message.
[[nodiscard]] Proof parse_proof(std::span<const std::byte> bytes, const std::string& name);
/// Why the proof does not hold for this root; none if it does.
[[nodiscard]] std::optional<std::string> flaw_of(const Proof& proof, const Sha256Digest& root);

} // namespace knhk::tools
