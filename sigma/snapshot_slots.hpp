// SPDX-License-Identifier: MIT
// Which snapshot is followed now: a few slots, and one cell that names one of them. One writer
// fills a slot and swaps the cell; any number of readers follow it and never wait.
//
// A slot is written again only when nobody can read it: each reader says, whenever it holds nothing
// that it was given, which epoch it has come to. A snapshot that was swapped out at epoch e is read
// by nobody any more once all readers have come to e.
#pragma once

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

/// In shared memory; zero is the initial state, in which there is no snapshot. `Descriptor` is what
/// a reader is given; it has set_epoch(u64). The writer may change, if something else orders the
/// one before the other.
template<class Descriptor, u32 ReadersMax, u32 Count = 4, class Atomics = NativeAtomics>
class SnapshotSlots {
    static_assert(Count >= 2, "one is read while another is written");

  public:
    static constexpr u32 COUNT = Count;

    // --- readers ---------------------------------------------------------------------------------

    /// What is followed now; null before the first promotion. It stays as it is until this reader
    /// is quiescent.
    [[nodiscard]] const Descriptor* current() const {
        // Acquire: pairs with the release in `promote`: the descriptor was written before.
        const u64 cell = cell_.load(std::memory_order_acquire);
        return cell == 0 ? nullptr : &slots_[cell % Count].descriptor;
    }

    /// Said by the reader itself: it holds nothing that `current` has given it.
    void quiesce(u32 reader) {
        // Relaxed: what this reader loads later is this cell or a later one.
        const u64 epoch = cell_.load(std::memory_order_relaxed) / Count;
        if (epoch == 0) {
            return; // nothing was ever given: not one line more is touched
        }
        auto& seen = readers_[reader].epoch;
        if (seen.load(std::memory_order_relaxed) != epoch) { // its own
            // Release: pairs with the acquire in `hold`: what was read was read before.
            seen.store(epoch, std::memory_order_release);
        }
    }

    // --- the writer ------------------------------------------------------------------------------

    /// A slot to be written: an empty one, or else that of the snapshot that was swapped out
    /// longest ago, which is lost. NoFreeSlot: one of `readers` may still read it. It is the
    /// writer's until it is promoted or given back.
    [[nodiscard]] Result<u32> take(u32 readers) {
        u32 oldest = Count;
        for (u32 slot = 0; slot < Count; ++slot) {
            if (retired_at(slot) != HELD &&
                (oldest == Count || retired_at(slot) < retired_at(oldest))) {
                oldest = slot;
            }
        }
        return oldest == Count ? fail(Error::NoFreeSlot) : hold(oldest, readers);
    }
    /// Takes the slot of the snapshot that was swapped out last among those whose descriptors
    /// `is_it` finds true, to be promoted as it is. SnapshotNotKept: there is none. NoFreeSlot: one
    /// of `readers` may still read it, with its old epoch.
    template<class IsIt>
    [[nodiscard]] Result<u32> take_kept(u32 readers, IsIt is_it) {
        u32 latest = Count;
        for (u32 slot = 0; slot < Count; ++slot) {
            const bool is_kept = retired_at(slot) != HELD && retired_at(slot) != EMPTY;
            if (is_kept && is_it(slots_[slot].descriptor) &&
                (latest == Count || retired_at(slot) > retired_at(latest))) {
                latest = slot;
            }
        }
        return latest == Count ? fail(Error::SnapshotNotKept) : hold(latest, readers);
    }
    /// Of a slot that was taken.
    [[nodiscard]] Descriptor& descriptor(u32 slot) {
        check_taken(slot);
        return slots_[slot].descriptor;
    }
    /// A slot that was taken is empty.
    void give_back(u32 slot) {
        check_taken(slot);
        slots_[slot].retired_at = EMPTY;
    }
    /// A slot that was taken is followed from now on. Returns the swap's epoch: one more than that
    /// of the swap before, and the descriptor's from here on.
    u64 promote(u32 slot) {
        const u64 before = followed_;
        const u64 epoch = before / Count + 1;
        descriptor(slot).set_epoch(epoch);
        followed_ = epoch * Count + slot;
        // Release: pairs with the acquire in `current`. What was there shows a second writer.
        const u64 found = cell_.exchange(followed_, std::memory_order_release);
        KNHK_CHECK(found == before, found);
        if (before != 0) {
            slots_[before % Count].retired_at = epoch;
        }
        return epoch;
    }
    /// Of the last swap; 0 before the first.
    [[nodiscard]] u64 epoch() const { return followed_ / Count; }

  private:
    template<class U>
    using Atomic = typename Atomics::template Atomic<U>;
    // Beside an epoch at which a slot's snapshot was swapped out:
    static constexpr u64 EMPTY = 0;
    static constexpr u64 HELD = ~u64{0}; ///< by the writer, or it is followed

    struct alignas(64) Slot {
        Descriptor descriptor;
        alignas(64) u64 retired_at; ///< the writer's, away from what readers look at
    };
    struct alignas(SEPARATION_BYTES) Reader {
        Atomic<u64> epoch;
    };

    [[nodiscard]] u64 retired_at(u32 slot) const { return slots_[slot].retired_at; }
    void check_taken(u32 slot) const {
        KNHK_CHECK(slot < Count && retired_at(slot) == HELD, slot);
        KNHK_CHECK(followed_ == 0 || slot != followed_ % Count, slot);
    }
    [[nodiscard]] Result<u32> hold(u32 slot, u32 readers) {
        KNHK_CHECK(readers <= ReadersMax, readers);
        for (u32 reader = 0; reader < readers; ++reader) {
            // Acquire: pairs with the release in `quiesce`.
            if (readers_[reader].epoch.load(std::memory_order_acquire) < retired_at(slot)) {
                return fail(Error::NoFreeSlot);
            }
        }
        slots_[slot].retired_at = HELD;
        return slot;
    }

    alignas(SEPARATION_BYTES) Atomic<u64> cell_; ///< epoch x Count + slot; 0: none
    alignas(SEPARATION_BYTES) u64 followed_;     ///< the cell as its writer left it
    Slot slots_[Count];
    Reader readers_[ReadersMax];
};

} // namespace knhk
