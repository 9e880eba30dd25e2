// SPDX-License-Identifier: MIT
// Dynamic claiming: in each beat each core is run by one worker, whoever that is, and finds what
// its runner of the beat before has left.
#include "sched/claim.hpp"

#include "sched/barrier.hpp"
#include "tests/relacy/explore.hpp"
#include "tests/relacy/sleep_room.hpp"

namespace knhk::test {

namespace {

enum class Fault : u8 { None, NeverReset, ResetByAll, NoBarrier };

template<u32 Workers, u32 Cores, u32 Beats, Fault Planted = Fault::None>
struct Claiming {
    static constexpr u32 THREADS = Workers;

    void begin() {
        for (Plain<u32>& core : beats_run) {
            core.set(0);
        }
    }
    void thread(u32 worker) {
        Barrier<RoomWaiter<>, RelacyAtomics> barrier(state, worker, Workers, RoomWaiter<>{&room},
                                                     0);
        for (u32 beat = 1; beat <= Beats; ++beat) {
            claims.each(Cores, [this](u32 core) { run(core); });
            if (Planted == Fault::ResetByAll) {
                claims.reset();
            }
            if (Planted != Fault::NoBarrier) {
                barrier.arrive([this, beat] { close(beat); });
            }
        }
    }
    void end() {
        for (const Plain<u32>& core : beats_run) {
            require(core.get() == Beats, "each core in each beat, once");
        }
    }

    void run(u32 core) { beats_run[core].set(beats_run[core].get() + 1); }
    void close(u32 beat) {
        for (const Plain<u32>& core : beats_run) {
            require(core.get() == beat, "each core in each beat, once");
        }
        if (Planted != Fault::NeverReset) {
            claims.reset();
        }
    }

    Claims<RelacyAtomics> claims;
    BarrierState<RelacyAtomics> state;
    SleepRoom room;
    Plain<u32> beats_run[Cores]; ///< a core's own data
};

} // namespace

void add_claim(Proofs& proofs, Proofs& faults) {
    proofs.push_back({"claiming: two workers, three cores, three beats", explore<Claiming<2, 3, 3>>,
                      bounded(3, USUAL), bounded(5, LONG)});
    proofs.push_back({"claiming: three workers, two cores, two beats", explore<Claiming<3, 2, 2>>,
                      bounded(2, USUAL), bounded(3, LONG)});
    const auto plant = [&](const char* name, auto* scene) {
        faults.push_back({name, scene, bounded(2, USUAL), bounded(2, USUAL)});
    };
    plant("claiming: the counter is not reset", explore<Claiming<2, 2, 2, Fault::NeverReset>>);
    plant("claiming: whoever is done resets the counter",
          explore<Claiming<2, 2, 2, Fault::ResetByAll>>);
    plant("claiming: no barrier between two beats", explore<Claiming<2, 2, 2, Fault::NoBarrier>>);
}

} // namespace knhk::test
