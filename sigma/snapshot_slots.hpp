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
        auto& seen = readers_[reader].epoch;
        if (seen.load(std::memory_order_relaxed) != epoch) { // its own
            // Release: pairs with the acquire in `is_free`: what was read was read before.
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
            const bool is_candidate = slots_[slot].state != TAKEN && !is_current(slot);
            if (is_candidate && (oldest == Count || retired_at(slot) < retired_at(oldest))) {
                oldest = slot;
            }
        }
        if (oldest == Count || !is_free(oldest, readers)) {
            return fail(Error::NoFreeSlot);
        }
        slots_[oldest].state = TAKEN;
        return oldest;
    }
    /// Of a slot that was taken.
    [[nodiscard]] Descriptor& descriptor(u32 slot) {
        KNHK_CHECK(slot < Count && slots_[slot].state == TAKEN, slot);
        return slots_[slot].descriptor;
    }
    /// A slot that was taken is empty.
    void give_back(u32 slot) {
        KNHK_CHECK(slot < Count && slots_[slot].state == TAKEN, slot);
        slots_[slot].state = EMPTY;
        slots_[slot].retired_at = 0;
    }
    /// A slot that was taken is followed from now on. Returns the swap's epoch: one more than that
    /// of the swap before, and the descriptor's from here on.
    u64 promote(u32 slot) {
        const u64 epoch = epoch_ + 1;
        descriptor(slot).set_epoch(epoch);
        const u64 before = cell_of_writer();
        // Release: pairs with the acquire in `current`. What was there shows a second writer.
        const u64 found = cell_.exchange(epoch * Count + slot, std::memory_order_release);
        KNHK_CHECK(found == before, found);
        if (epoch_ != 0) {
            slots_[current_].retired_at = epoch;
        }
        slots_[slot].state = KEPT;
        current_ = slot;
        epoch_ = epoch;
        return epoch;
    }
    /// Takes the slot of the snapshot that was swapped out last among those whose descriptors
    /// `is_it` finds true, to be promoted as it is. SnapshotNotKept: there is none. NoFreeSlot: one
    /// of `readers` may still read it, with its old epoch.
    template<class IsIt>
    [[nodiscard]] Result<u32> take_kept(u32 readers, IsIt is_it) {
        u32 latest = Count;
        for (u32 slot = 0; slot < Count; ++slot) {
            const bool is_candidate =
                slots_[slot].state == KEPT && !is_current(slot) && is_it(slots_[slot].descriptor);
            if (is_candidate && (latest == Count || retired_at(slot) > retired_at(latest))) {
                latest = slot;
            }
        }
        if (latest == Count) {
            return fail(Error::SnapshotNotKept);
        }
        if (!is_free(latest, readers)) {
            return fail(Error::NoFreeSlot);
        }
        slots_[latest].state = TAKEN;
        return latest;
    }
    /// Of the last swap; 0 before the first.
    [[nodiscard]] u64 epoch() const { return epoch_; }

  private:
    template<class U>
    using Atomic = typename Atomics::template Atomic<U>;
    enum State : u64 { EMPTY = 0, TAKEN = 1, KEPT = 2 };

    struct alignas(64) Slot {
        Descriptor descriptor;
        // The writer's, away from what readers look at.
        alignas(64) u64 state;
        u64 retired_at; ///< the epoch that it was swapped out at; 0 if it has no snapshot
    };
    struct alignas(SEPARATION_BYTES) Reader {
        Atomic<u64> epoch;
    };

    [[nodiscard]] u64 cell_of_writer() const { return epoch_ == 0 ? 0 : epoch_ * Count + current_; }
    [[nodiscard]] bool is_current(u32 slot) const { return epoch_ != 0 && slot == current_; }
    [[nodiscard]] u64 retired_at(u32 slot) const { return slots_[slot].retired_at; }
    [[nodiscard]] bool is_free(u32 slot, u32 readers) const {
        KNHK_CHECK(readers <= ReadersMax, readers);
        for (u32 reader = 0; reader < readers; ++reader) {
            // Acquire: pairs with the release in `quiesce`.
            const u64 seen = readers_[reader].epoch.load(std::memory_order_acquire);
            if (seen < retired_at(slot)) {
                return false;
            }
        }
        return true;
    }

    alignas(SEPARATION_BYTES) Atomic<u64> cell_; ///< epoch x Count + slot; 0: none
    alignas(SEPARATION_BYTES) u64 epoch_;        ///< the writer's, and so is what follows
    u32 current_;
    u32 reserved_;
    Slot slots_[Count];
    Reader readers_[ReadersMax];
};

} // namespace knhk
