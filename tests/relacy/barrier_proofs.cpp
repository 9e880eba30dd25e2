// SPDX-License-Identifier: MIT
// The barrier with its reduction: what workers wrote before is there for the last one, what that
// one wrote is there for all after, nobody passes twice and nobody sleeps for ever. And with crews
// that come and go: who is off duty sees nothing and misses nothing.
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
        Barrier<Waiter, RelacyAtomics> barrier(state, worker, Workers, Waiter{&room}, Spins);
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
        Barrier<RoomWaiter<>, RelacyAtomics> barrier(state, 0, 1, RoomWaiter<>{&room}, 0);
        outcomes[worker].set(1);
        barrier.arrive([this] { reduce(); });
    }
};

/// How the crews of a run may go wrong: planted.
enum class CrewFault : u8 { None, NotDismissed };

/// A run of passages with one worker or all, as was set two passages before. It ends while some are
/// off duty.
template<u32 Workers, u32 Passages, u32 Spins, CrewFault Planted = CrewFault::None,
         class Waiter = RoomWaiter<>>
struct Crews {
    static constexpr u32 THREADS = Workers;

    void begin() {
        passage.set(1);
        is_over.set(0);
        crew_now.set(Workers);
        crew_next.set(Workers);
    }
    void thread(u32 worker) {
        Barrier<Waiter, RelacyAtomics> barrier(state, worker, Workers, Waiter{&room}, Spins);
        while (is_over.get() == 0) {
            require(worker < crew_now.get(), "who works is in the crew");
            require(barrier.crew() == crew_now.get(), "and knows how many are");
            outcomes[worker].set(passage.get());
            barrier.arrive([this, &barrier] { end_passage(barrier); });
        }
    }
    void end() {
        require(state.sleepers.load(std::memory_order_relaxed) == 0, "all are awake");
        require(state.off_duty_sleepers.load(std::memory_order_relaxed) == 0, "and on duty");
    }

    template<class B>
    void end_passage(B& barrier) {
        const u32 ended = passage.get();
        for (u32 worker = 0; worker < crew_now.get(); ++worker) {
            require(outcomes[worker].get() == ended, "each of the crew has worked");
        }
        passage.set(ended + 1);
        if (ended == Passages) {
            is_over.set(1);
            if (Planted != CrewFault::NotDismissed) {
                barrier.dismiss();
            }
            return;
        }
        const u32 next = crew_next.get();
        // In turns; what may not be set, as workers are coming back, is not.
        const u32 wanted = ended / 2 % 2 == 0 ? 1 : Workers;
        barrier.set_crew(wanted);
        crew_next.set(next <= crew_now.get() ? wanted : next);
        crew_now.set(next);
    }

    BarrierState<RelacyAtomics> state;
    SleepRoom room;
    Plain<u32> outcomes[Workers];
    Plain<u32> passage;
    Plain<u32> is_over;
    Plain<u32> crew_now;
    Plain<u32> crew_next;
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
    add("barrier: a crew of two and one, asleep", explore<Crews<2, 6, 0>>, bounded(3, USUAL),
        bounded(5, LONG));
    add("barrier: a crew of two and one, polling", explore<Crews<2, 6, 1>>, bounded(2, USUAL),
        bounded(4, LONG));
    add("barrier: a crew of three and one", explore<Crews<3, 4, 0>>, bounded(1, USUAL),
        bounded(2, LONG));
    const auto plant = [&](const char* name, auto* scene) {
        faults.push_back({name, scene, all(USUAL), all(USUAL)});
    };
    plant("barrier: nobody wakes the sleepers",
          explore<Reduction<2, 1, 0, RoomWaiter<Sleep::NeverWoken>>>);
    plant("barrier: sleepers do not look before they sleep",
          explore<Reduction<2, 1, 0, RoomWaiter<Sleep::NotLookedAgain>>>);
    plant("barrier: nobody wakes who is off duty",
          explore<Crews<2, 6, 0, CrewFault::None, RoomWaiter<Sleep::NeverWoken>>>);
    plant("barrier: nobody calls who is off duty at the end",
          explore<Crews<2, 6, 0, CrewFault::NotDismissed>>);
    plant("barrier: one worker fewer than there are", explore<OneFewer>);
}

} // namespace knhk::test
