// SPDX-License-Identifier: MIT
// The snapshots that a run holds: which one is followed, and the bytes of each. Cores read it in
// their beats, the one who is alone between two beats writes it.
#pragma once

#include <cstddef>
#include <cstring>
#include <expected>
#include <span>
#include <type_traits>

#include "base/sha256.hpp"
#include "sigma/receipt.hpp"
#include "sigma/snapshot_slots.hpp"

namespace knhk {

/// What a core is given: one cache line, and no pointer in it.
struct alignas(64) SnapshotDescriptor {
    Sha256Digest id;
    u64 epoch;      ///< of the swap that promoted it; the first one is 1
    u32 slot;       ///< where its bytes are
    u32 size_bytes; ///< of header and tables
    u64 reserved[2];

    void set_epoch(u64 value) { epoch = value; }
};
static_assert(sizeof(SnapshotDescriptor) == 64 && alignof(SnapshotDescriptor) == 64);
static_assert(std::has_unique_object_representations_v<SnapshotDescriptor>);
static_assert(offsetof(SnapshotDescriptor, epoch) == 32);
static_assert(offsetof(SnapshotDescriptor, slot) == 40);

using RunSnapshots = SnapshotSlots<SnapshotDescriptor, CORES_MAX>;

/// In shared memory; zero is the initial state. No pointers: it may lie anywhere, and be saved.
struct SnapshotRegion {
    static constexpr std::size_t SLOT_BYTES = (SNAPSHOT_BYTES_MAX + 63) / 64 * 64;

    RunSnapshots slots;
    alignas(64) std::byte bytes[RunSnapshots::COUNT][SLOT_BYTES];
    alignas(64) std::byte loaded[SEALED_BYTES_MAX]; ///< from outside, piece by piece: not checked
};

/// A region and how many cores read it.
class SnapshotStore {
  public:
    SnapshotStore() = default;
    SnapshotStore(SnapshotRegion& region, u32 cores) : region_(&region), cores_(cores) {}

    // For cores.

    /// Null before the first promotion. Stays as it is until this core is quiescent.
    [[nodiscard]] const SnapshotDescriptor* current() const { return region_->slots.current(); }
    /// Of what `current` gave.
    [[nodiscard]] CheckedTables tables(const SnapshotDescriptor& descriptor) const {
        return tables_of(std::span(region_->bytes[descriptor.slot]).first(descriptor.size_bytes));
    }
    /// Said by each core between two beats: it holds nothing that `current` or `tables` gave.
    void quiesce(CoreId core) { region_->slots.quiesce(core.raw); }

    // What comes from outside, for the one core that takes it.

    /// False: it has no place there.
    [[nodiscard]] bool load(u64 place, std::span<const std::byte> piece) {
        if (place > SEALED_BYTES_MAX || piece.size() > SEALED_BYTES_MAX - place) {
            return false;
        }
        std::memcpy(region_->loaded + place, piece.data(), piece.size());
        return true;
    }
    /// What was loaded so far; no snapshot of its own receipt: a fault.
    [[nodiscard]] std::expected<SealedSnapshot, SnapshotFault> loaded() const {
        const std::span<const std::byte> all(region_->loaded);
        return SealedSnapshot::open(all.first(sealed_size(all)));
    }

  private:
    template<class State>
    friend class Promotion;

    SnapshotRegion* region_ = nullptr;
    u32 cores_ = 0;
};

} // namespace knhk
