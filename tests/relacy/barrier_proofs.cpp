// SPDX-License-Identifier: MIT
// The barrier with its reduction: what workers wrote before is there for the last one, what that
// one wrote is there for all after, nobody passes twice and nobody sleeps for ever.
#include "sched/barrier.hpp"

#include "tests/relacy/explore.hpp"
#include "tests/relacy/sleep_room.hpp"

namespace knhk::test {

namespace {

/// Each worker leaves an outcome; the last one makes of them a plan, which all follow.
template<u32 Workers, u32 Passages, u32 Spins, class Waiter = RoomWaiter<>>
struct Reduction {
    static constexpr u32 THREADS = Workers;

    void begin() {}
    void thread(u32 worker) {
        Barrier<Waiter, RelacyAtomics> barrier(state, Workers, Waiter{&room}, Spins);
        for (u32 passage = 1; passage <= Passages; ++passage) {
            outcomes[worker].set(passage * (worker + 1));
            barrier.arrive([this] { reduce(); });
            require(plan.get() == passage * Workers * (Workers + 1) / 2, "the plan of this beat");
        }
    }
    void end() { require(state.sleepers.load(std::memory_order_relaxed) == 0, "all are awake"); }

    void reduce() {
        u32 sum = 0;
        for (const Plain<u32>& outcome : outcomes) {
            sum += outcome.get();
        }
        plan.set(sum);
    }

    BarrierState<RelacyAtomics> state;
    SleepRoom room;
    Plain<u32> outcomes[Workers];
    Plain<u32> plan;
};

/// Planted: a barrier that counts one worker fewer than there are.
struct OneFewer : Reduction<2, 1, 0> {
    void thread(u32 worker) {
        Barrier<RoomWaiter<>, RelacyAtomics> barrier(state, 1, RoomWaiter<>{&room}, 0);
        outcomes[worker].set(1);
        barrier.arrive([this] { reduce(); });
    }
};

} // namespace

void add_barrier(Proofs& proofs, Proofs& faults) {
    const auto add = [&](const char* name, auto* scene, Limits usual, Limits thorough) {
        proofs.push_back({name, scene, usual, thorough});
    };
    add("barrier: two workers, asleep", explore<Reduction<2, 1, 0>>, all(USUAL), all(USUAL));
    add("barrier: two workers, polling", explore<Reduction<2, 1, 1>>, all(USUAL), all(USUAL));
    add("barrier: two workers, asleep, three passages", explore<Reduction<2, 3, 0>>,
        bounded(3, USUAL), bounded(6, LONG));
    add("barrier: two workers, polling, three passages", explore<Reduction<2, 3, 1>>,
        bounded(3, USUAL), bounded(6, LONG));
    add("barrier: three workers, asleep, two passages", explore<Reduction<3, 2, 0>>,
        bounded(2, USUAL), bounded(3, LONG));
    add("barrier: three workers, polling, two passages", explore<Reduction<3, 2, 1>>,
        bounded(2, USUAL), bounded(3, LONG));
    const auto plant = [&](const char* name, auto* scene) {
        faults.push_back({name, scene, all(USUAL), all(USUAL)});
    };
    plant("barrier: nobody wakes the sleepers",
          explore<Reduction<2, 1, 0, RoomWaiter<Sleep::NeverWoken>>>);
    plant("barrier: sleepers do not look before they sleep",
          explore<Reduction<2, 1, 0, RoomWaiter<Sleep::NotLookedAgain>>>);
    plant("barrier: one worker fewer than there are", explore<OneFewer>);
}

} // namespace knhk::test
