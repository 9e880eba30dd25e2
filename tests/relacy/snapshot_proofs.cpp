// SPDX-License-Identifier: MIT
// Snapshots that are swapped while others read them: whoever looks has a whole descriptor of one
// swap, later looks have later swaps, and no slot is written while somebody may read it.
#include "sigma/snapshot_slots.hpp"

#include "tests/relacy/explore.hpp"

namespace knhk::test {

namespace {

/// Words that belong together, each watched.
struct WatchedDescriptor {
    Plain<u64> id;
    Plain<u64> epoch;
    Plain<u64> check;

    void set_epoch(u64 value) {
        epoch.set(value);
        check.set(id.get() * 100 + value);
    }
};

enum class SwapFault : u8 {
    None,
    NobodyAsked,      ///< the writer does not ask who still reads
    WrittenTooLate,   ///< the descriptor changes behind the swap
    QuiescentTooSoon, ///< a reader says that it holds nothing, and reads on
    NothingComesBack  ///< none of the writer, but a claim: that no slot is ever written again
};

struct SwapShape {
    u32 readers;
    u32 swaps;
    u32 looks;
    u32 slots = 2;
    bool rolls_back = false; ///< the last swap is to the first snapshot, if it is kept
    SwapFault fault = SwapFault::None;
};

/// Thread 0 writes; the others look, and say so when they are done with it.
template<SwapShape S>
struct Swaps {
    static constexpr u32 THREADS = 1 + S.readers;
    static constexpr u32 ASKED = S.fault == SwapFault::NobodyAsked ? 0 : S.readers;
    static constexpr u32 TRIES = 3;

    void begin() {}
    void thread(u32 number) {
        if (number == 0) {
            write();
        } else {
            read(number - 1);
        }
    }
    void end() {
        const WatchedDescriptor* last = slots.current();
        require(last != nullptr && last->epoch.get() == slots.epoch(), "the last swap's is left");
        require(S.fault != SwapFault::NothingComesBack || slots.epoch() < S.swaps,
                "as many swaps as there are slots");
    }

    void write() {
        for (u64 swap = 1; swap <= S.swaps; ++swap) {
            const bool is_back = S.rolls_back && swap == S.swaps;
            const u64 before = slots.epoch();
            const bool done = is_back ? try_for([this] { return roll_back(); })
                                      : try_for([this, swap] { return swap_in(swap); });
            require(slots.epoch() == before + (done ? 1 : 0), "epochs ascend by one a swap");
        }
    }
    /// A writer does not wait; here it comes again a few times, or leaves it.
    template<class Try>
    bool try_for(Try attempt) {
        for (u32 i = 0; i < TRIES; ++i) {
            if (attempt()) {
                return true;
            }
            let_others_run();
        }
        return false;
    }
    bool swap_in(u64 id) {
        const Result<u32> slot = slots.take(ASKED);
        if (!slot) {
            return false;
        }
        WatchedDescriptor& descriptor = slots.descriptor(*slot);
        descriptor.id.set(id);
        slots.promote(*slot);
        if (S.fault == SwapFault::WrittenTooLate) {
            descriptor.id.set(id);
        }
        return true;
    }
    bool roll_back() {
        const Result<u32> slot = slots.take_kept(
            ASKED, [](const WatchedDescriptor& kept) { return kept.id.get() == 1; });
        if (slot) {
            slots.promote(*slot);
        }
        return slot.has_value();
    }

    void read(u32 reader) {
        u64 last = 0;
        for (u32 look = 0; look < S.looks; ++look) {
            const WatchedDescriptor* now = slots.current();
            if (S.fault == SwapFault::QuiescentTooSoon) {
                slots.quiesce(reader);
            }
            last = now == nullptr ? last : read(*now, last);
            slots.quiesce(reader);
        }
    }
    u64 read(const WatchedDescriptor& now, u64 last) {
        const u64 epoch = now.epoch.get();
        require(now.check.get() == now.id.get() * 100 + epoch, "one swap's words");
        require(epoch >= last, "no look goes back");
        return epoch;
    }

    SnapshotSlots<WatchedDescriptor, S.readers, S.slots, RelacyAtomics> slots;
};

/// Planted: two write.
struct TwoWriters : Swaps<SwapShape{1, 1, 1}> {
    void thread(u32 /*number*/) { swap_in(1); }
};

} // namespace

void add_snapshots(Proofs& proofs, Proofs& faults) {
    const auto add = [&](const char* name, auto* scene, Limits usual, Limits thorough) {
        proofs.push_back({name, scene, usual, thorough});
    };
    add("snapshots: two slots in turn", explore<Swaps<SwapShape{1, 3, 2}>>, all(USUAL), all(LONG));
    add("snapshots: two slots, four swaps", explore<Swaps<SwapShape{1, 4, 3}>>, bounded(4, USUAL),
        bounded(5, LONG));
    add("snapshots: three slots, two readers", explore<Swaps<SwapShape{2, 4, 2, 3}>>,
        bounded(2, USUAL), bounded(3, LONG));
    add("snapshots: one is rolled back to", explore<Swaps<SwapShape{1, 3, 2, 2, true}>>, all(USUAL),
        all(LONG));
    const auto plant = [&](const char* name, auto* scene) {
        faults.push_back({name, scene, bounded(3, USUAL), bounded(3, USUAL)});
    };
    plant("snapshots: a slot is reused while it is read",
          explore<Swaps<SwapShape{1, 3, 2, 2, false, SwapFault::NobodyAsked}>>);
    plant("snapshots: one is rolled back to while its old epoch is read",
          explore<Swaps<SwapShape{1, 3, 2, 2, true, SwapFault::NobodyAsked}>>);
    plant("snapshots: a descriptor is written behind its swap",
          explore<Swaps<SwapShape{1, 1, 1, 2, false, SwapFault::WrittenTooLate}>>);
    plant("snapshots: a reader is done too soon",
          explore<Swaps<SwapShape{1, 3, 2, 2, false, SwapFault::QuiescentTooSoon}>>);
    plant("snapshots: no slot is ever reused, so that nothing is shown",
          explore<Swaps<SwapShape{1, 3, 2, 2, false, SwapFault::NothingComesBack}>>);
    plant("snapshots: none is ever rolled back to, so that nothing is shown",
          explore<Swaps<SwapShape{1, 3, 2, 2, true, SwapFault::NothingComesBack}>>);
    plant("snapshots: two writers", explore<TwoWriters>);
}

} // namespace knhk::test
