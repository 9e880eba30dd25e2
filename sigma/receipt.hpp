// SPDX-License-Identifier: MIT
// Which of the five invariants a snapshot keeps, and the receipt that says so: the compiler writes
// one behind each snapshot, and no snapshot is promoted without (docs/sigma.md).
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <type_traits>

#include "base/sha256.hpp"
#include "base/types.hpp"
#include "sigma/snapshot.hpp"

namespace knhk {

// Bits of a mask.
inline constexpr u32 INVARIANT_COMPLETENESS = 1; ///< there is a task
inline constexpr u32 INVARIANT_CONSISTENCY = 2;  ///< no two hooks are the same
inline constexpr u32 INVARIANT_CORRECTNESS = 4;  ///< every task has a hook; nothing is in no task
inline constexpr u32 INVARIANT_PERFORMANCE = 8;  ///< no task costs more than SIGMA_TICKS_MAX
inline constexpr u32 INVARIANT_PROVENANCE = 16;  ///< the id is that of the bytes
inline constexpr u32 INVARIANTS_ALL = 31;
inline constexpr u32 INVARIANT_COUNT = 5;

inline constexpr u64 RECEIPT_MAGIC = 0x5450'4352'4B48'4E4B; // "KNHKRCPT"
inline constexpr u32 RECEIPT_VERSION = 1;

struct ValidationReceipt {
    u64 magic;
    u32 version;
    u32 invariants; ///< a bit for each that was found to hold
    Sha256Digest snapshot_id;
    Sha256Digest hash; ///< SHA-256 of all before
};
static_assert(sizeof(ValidationReceipt) == 80);
static_assert(std::has_unique_object_representations_v<ValidationReceipt>);
static_assert(offsetof(ValidationReceipt, snapshot_id) == 16);
static_assert(offsetof(ValidationReceipt, hash) == 48);

/// The hash that a receipt has to have.
[[nodiscard]] Sha256Digest receipt_hash(const ValidationReceipt& receipt);

/// Looks at all of the snapshot.
[[nodiscard]] u32 invariants_of(const Snapshot& snapshot);

[[nodiscard]] ValidationReceipt receipt_of(const Snapshot& snapshot);

/// Whether it is a receipt, and as it was written. Says nothing about what it says.
[[nodiscard]] bool is_intact(const ValidationReceipt& receipt);

/// How many of these bytes the sealed snapshot at their front says that it has, its receipt
/// included; 0 if they are fewer. Of several, one behind the other.
[[nodiscard]] u64 sealed_size(std::span<const std::byte> bytes);

inline constexpr std::size_t SEALED_BYTES_MAX = SNAPSHOT_BYTES_MAX + sizeof(ValidationReceipt);

/// What a file has, or a container: a snapshot, and directly behind it its receipt.
struct SealedSnapshot {
    Snapshot snapshot;
    ValidationReceipt receipt{};

    /// Whether all that is needed of a snapshot that tasks follow was found to hold.
    [[nodiscard]] bool may_be_followed() const { return receipt.invariants == INVARIANTS_ALL; }

    /// Refuses bytes that are no snapshot and its own, intact receipt; what the receipt says is not
    /// looked at. `bytes` lie at a multiple of 8.
    [[nodiscard]] static std::expected<SealedSnapshot, SnapshotFault>
    open(std::span<const std::byte> bytes);
};

} // namespace knhk
