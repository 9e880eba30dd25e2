// SPDX-License-Identifier: MIT
// A snapshot's bytes (docs/sigma.md): the header, the tables behind it, and a view of them that was
// checked once. Whoever has a Snapshot may follow every number in its tables.
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/bytes.hpp"
#include "base/sha256.hpp"
#include "base/types.hpp"
#include "isa/pattern.hpp"
#include "isa/sigma_tables.hpp"

namespace knhk {

inline constexpr u64 SNAPSHOT_MAGIC = 0x4D47'4953'4B48'4E4B; // "KNHKSIGM"
inline constexpr u32 SNAPSHOT_VERSION = 2;
inline constexpr std::size_t SNAPSHOT_NAME_BYTES = 64;

inline constexpr u32 SNAPSHOT_TASKS_MAX = 1024;
inline constexpr u32 SNAPSHOT_HOOKS_MAX = 1024;
inline constexpr u32 SNAPSHOT_GUARDS_MAX = 1024;
inline constexpr u32 SNAPSHOT_PATTERNS_MAX = PATTERNS_END;
inline constexpr u32 SIGMA_PAYLOAD_WORDS = 4;
inline constexpr u32 SIGMA_CUSTOM_GUARDS = 1024; ///< ids of the run's own guards are below
static_assert(SNAPSHOT_TASKS_MAX <= SIGMA_NONE);

/// Behind it lie the tables, without gaps, largest records first: so each record lies at a multiple
/// of its size, and none of them in two cache lines. Where a table begins follows from the counts.
struct SnapshotHeader {
    u64 magic;
    u32 version;
    u32 size_bytes; ///< of header and tables
    u32 tasks;
    u32 hooks;
    u32 guards;
    u32 patterns;
    Sha256Digest id;                ///< SHA-256 of all bytes, with zeros in this place
    char name[SNAPSHOT_NAME_BYTES]; ///< zeros behind it
};
static_assert(sizeof(SnapshotHeader) == 128);
static_assert(std::has_unique_object_representations_v<SnapshotHeader>);
static_assert(offsetof(SnapshotHeader, tasks) == 16 && offsetof(SnapshotHeader, id) == 32);
static_assert(offsetof(SnapshotHeader, name) == 64);
static_assert(sizeof(SigmaTask) % sizeof(Hook) == 0 && sizeof(Hook) % sizeof(SigmaGuard) == 0 &&
              sizeof(SigmaGuard) % sizeof(SigmaPattern) == 0);

inline constexpr std::size_t SNAPSHOT_BYTES_MAX =
    sizeof(SnapshotHeader) + SNAPSHOT_TASKS_MAX * sizeof(SigmaTask) +
    SNAPSHOT_HOOKS_MAX * sizeof(Hook) + SNAPSHOT_GUARDS_MAX * sizeof(SigmaGuard) +
    SNAPSHOT_PATTERNS_MAX * sizeof(SigmaPattern);

/// What a header with these counts has behind it. The counts are within their maxima.
[[nodiscard]] constexpr std::size_t snapshot_bytes(const SnapshotHeader& header) {
    return sizeof(SnapshotHeader) + header.tasks * sizeof(SigmaTask) + header.hooks * sizeof(Hook) +
           header.guards * sizeof(SigmaGuard) + header.patterns * sizeof(SigmaPattern);
}

enum class SnapshotPart : u8 { Header, Task, Hook, Guard, Pattern, Receipt };

enum class SnapshotFlaw : u8 {
    None,
    TooShort,
    NoSnapshot,
    OtherVersion,
    TooMany,
    OtherSize,
    BadName,
    OtherId,
    UnknownPattern,
    OtherCost,
    PatternsUnordered,
    UnknownKind,
    NoSuchWord,
    NoSuchCustomGuard,
    UnknownOperation,
    UnknownFlag,
    UnusedNotZero,
    NoSuchPattern,
    TooManyParts,
    NoSuchGuard,
    NoSuchHook,
    NoSuchTask,
    OtherShape,
    OtherTicks,
    BadReceipt,
    OtherReceipt,
};

/// Why bytes are no snapshot: the first thing that is wrong, and in which record of its table.
struct SnapshotFault {
    SnapshotPart part;
    SnapshotFlaw flaw;
    u32 number; ///< 0 of the header and the receipt
    friend bool operator==(const SnapshotFault&, const SnapshotFault&) = default;
};

[[nodiscard]] const char* text_of(SnapshotPart part);
[[nodiscard]] const char* text_of(SnapshotFlaw flaw);

/// What events say of an id.
[[nodiscard]] inline u64 id_word(const Sha256Digest& id) {
    return load_le<u64>(std::as_bytes(std::span(id)).data());
}

/// The id that these bytes have to have. They are a header at least.
[[nodiscard]] Sha256Digest snapshot_id(std::span<const std::byte> bytes);

/// The tables behind a header. Only of bytes that `Snapshot::open` has accepted, or of copies.
[[nodiscard]] CheckedTables tables_of(std::span<const std::byte> bytes);

/// Nothing behind `open` is checked again. The bytes stay where they are and are not changed.
class Snapshot {
  public:
    /// One without tables.
    Snapshot() = default;

    /// Refuses whatever docs/sigma.md does not allow. `bytes` lie at a multiple of 8.
    [[nodiscard]] static std::expected<Snapshot, SnapshotFault>
    open(std::span<const std::byte> bytes);

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
    [[nodiscard]] const SnapshotHeader& header() const {
        return *reinterpret_cast<const SnapshotHeader*>(bytes_.data());
    }
    [[nodiscard]] const Sha256Digest& id() const { return header().id; }
    [[nodiscard]] std::string_view name() const { return header().name; }
    [[nodiscard]] const CheckedTables& tables() const { return tables_; }

  private:
    explicit Snapshot(std::span<const std::byte> bytes)
        : bytes_(bytes), tables_(tables_of(bytes)) {}

    std::span<const std::byte> bytes_;
    CheckedTables tables_;
};

} // namespace knhk
