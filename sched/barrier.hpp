// SPDX-License-Identifier: MIT
// The one barrier of a beat. Workers arrive on a monotonic count; the last one does the work that
// must be done alone, then releases the others. Waiting polls a while and then sleeps.
//
// Not every worker need take part: a passage has a crew, the workers below a number that the last
// one to arrive sets two passages ahead. So each knows before it arrives whether it is in the next
// passage too. Who is not goes off duty at once and sleeps on the roster until that calls it back.
#pragma once

#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

/// In shared memory; zero is the initial state, in which everybody is on duty.
template<class Atomics = NativeAtomics>
struct BarrierState {
    template<class T>
    using Atomic = typename Atomics::template Atomic<T>;

    // Both are a count, above 8 bits that say how many workers are off duty.
    /// Each passage adds one for each worker in it and one for the release. Wraps around. Off duty:
    /// in the passage after the one that goes on.
    alignas(SEPARATION_BYTES) Atomic<u32> count;
    alignas(SEPARATION_BYTES) Atomic<u32> sleepers;
    /// Who is off duty from that count on; changes only when somebody comes or goes.
    alignas(SEPARATION_BYTES) Atomic<u32> roster;
    alignas(SEPARATION_BYTES) Atomic<u32> off_duty_sleepers;
};

/// One worker's view. `Waiter` has pause(), wait(Atomic<u32>&, expected), wake(Atomic<u32>&), and
/// disturb(), which may take any time.
template<class Waiter, class Atomics = NativeAtomics>
class Barrier {
  public:
    Barrier(BarrierState<Atomics>& state, u32 worker, u32 workers, Waiter waiter, u32 spins)
        : state_(state), worker_(worker), workers_(workers), crew_(workers), next_crew_(workers),
          waiter_(waiter), spins_(spins) {}

    /// How many workers take part in the passage that this one will arrive for.
    [[nodiscard]] u32 crew() const { return crew_; }

    /// Whether this worker is in the passage after that one, too.
    [[nodiscard]] bool stays() const { return worker_ < next_crew_; }

    /// Returns when the crew has arrived and the last one has run `alone`; and to who does not
    /// stay, when a later crew that has it may begin. What a worker wrote before is seen by
    /// `alone`; what `alone` wrote is seen by everyone after.
    template<class Alone>
    void arrive(Alone alone) {
        waiter_.disturb();
        // Who knew when he left the last passage that all others have arrived again is the last one
        // without announcing it: his arrival and the release are one change of the line, not two.
        if (arrived(seen_) == crew_ - 1) {
            alone();
            release(2);
        } else if (arrived(count_arrival()) == crew_) {
            alone();
            release(1);
        } else if (stays()) { // else the count may go on without it, and wrap
            await_count(end());
        }
        if (stays()) {
            base_ = end();
            crew_ = next_crew_;
        } else {
            sit_out();
        }
        next_crew_ = crew_of(seen_);
    }

    /// In `alone`: so many workers, 1 to all, are the crew of the passage after the next. Not while
    /// the next one calls workers back: they must find the roster that did.
    void set_crew(u32 crew) {
        if (crew != next_crew_ && next_crew_ <= crew_) {
            leaving_ = next_crew_ - crew;
            write_roster(end() + (next_crew_ + 1) * ONE, crew);
        }
    }

    /// In `alone` of the last passage of all: who is off duty returns behind it.
    void dismiss() { write_roster(end(), workers_); }

  private:
    static constexpr u32 ONE = 1U << 8;   ///< of a count
    static constexpr u32 HALF = 1U << 31; ///< of all counts
    static_assert(CORES_MAX <= ONE, "one worker at least is on duty");

    [[nodiscard]] u32 arrived(u32 count) const { return (count - base_) / ONE; }
    [[nodiscard]] u32 crew_of(u32 word) const { return workers_ - word % ONE; }
    /// The count behind the passage that we are in.
    [[nodiscard]] u32 end() const { return base_ + (crew_ + 1) * ONE; }

    [[nodiscard]] u32 count_arrival() {
        // Acquire: the last arriver sees what the others wrote. Release: they wrote it before.
        return state_.count.fetch_add(ONE, std::memory_order_acq_rel) + ONE;
    }

    /// `steps`: the release, and the arrival if it is not counted yet.
    void release(u32 steps) {
        waiter_.disturb();
        // Sequentially consistent, and so is the look at `sleepers`: a worker announces its sleep
        // and then looks at `count`; either it sees this count or we see its announcement.
        const u32 change = steps * ONE + leaving_;
        seen_ = state_.count.fetch_add(change, std::memory_order_seq_cst) + change;
        leaving_ = 0;
        if (state_.sleepers.load(std::memory_order_seq_cst) != 0) {
            waiter_.wake(state_.count);
        }
    }

    void write_roster(u32 count, u32 crew) {
        waiter_.disturb();
        // As in `release`: either a sleeper sees this roster, or we see its announcement.
        state_.roster.store(count + (workers_ - crew), std::memory_order_seq_cst);
        if (state_.off_duty_sleepers.load(std::memory_order_seq_cst) != 0) {
            waiter_.wake(state_.roster);
        }
    }

    /// Off duty. A roster that names this worker again stays as it is until the worker has seen it.
    void sit_out() {
        await(state_.roster, state_.off_duty_sleepers, 0, [this](u32 roster) {
            crew_ = crew_of(roster);
            base_ = roster - roster % ONE;
            return worker_ < crew_;
        });
        await_count(base_);
    }

    /// Until the count has come to `place`, which it does not leave without this worker.
    void await_count(u32 place) {
        await(state_.count, state_.sleepers, spins_, [this, place](u32 count) {
            seen_ = count;
            return count - place < HALF; // it is two passages away at most
        });
    }

    template<class Done>
    void await(typename BarrierState<Atomics>::template Atomic<u32>& word,
               typename BarrierState<Atomics>::template Atomic<u32>& sleepers, u32 spins,
               Done done) {
        for (u32 spin = 0; spin < spins; ++spin) {
            // Pairs with the release in `release`, and of those who have arrived again.
            if (done(word.load(std::memory_order_acquire))) {
                return;
            }
            waiter_.pause();
        }
        sleepers.fetch_add(1, std::memory_order_seq_cst);
        waiter_.disturb();
        for (;;) {
            const u32 found = word.load(std::memory_order_seq_cst);
            if (done(found)) {
                break;
            }
            waiter_.wait(word, found);
        }
        // Relaxed: one sleeper too many costs a needless wake and nothing else.
        sleepers.fetch_sub(1, std::memory_order_relaxed);
    }

    BarrierState<Atomics>& state_;
    u32 worker_;
    u32 workers_;
    u32 crew_;
    u32 next_crew_;   ///< of the passage after that
    u32 leaving_ = 0; ///< how many fewer the one after that has, if we set it
    u32 base_ = 0;    ///< the count at which the passage begins, without the bits below
    u32 seen_ = 0;    ///< the count when we last looked
    Waiter waiter_;
    u32 spins_;
};

} // namespace knhk
