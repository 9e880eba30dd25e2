// SPDX-License-Identifier: MIT
// The one barrier of a beat. Workers arrive on a monotonic count; the last one does the work that
// must be done alone, then releases the others. Waiting polls a while and then sleeps.
#pragma once

#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

/// In shared memory; zero is the initial state.
template<class Atomics = NativeAtomics>
struct BarrierState {
    template<class T>
    using Atomic = typename Atomics::template Atomic<T>;

    /// Each passage adds one for each worker and one for the release. Wraps around.
    alignas(SEPARATION_BYTES) Atomic<u32> count;
    alignas(SEPARATION_BYTES) Atomic<u32> sleepers;
};

/// One worker's view. `Waiter` has pause(), wait(Atomic<u32>&, expected), wake(Atomic<u32>&), and
/// disturb(), which may take any time.
template<class Waiter, class Atomics = NativeAtomics>
class Barrier {
  public:
    Barrier(BarrierState<Atomics>& state, u32 workers, Waiter waiter, u32 spins)
        : state_(state), passage_(workers + 1), waiter_(waiter), spins_(spins) {}

    /// Returns when all workers have arrived and the last one has run `alone`. What a worker wrote
    /// before is seen by `alone`; what `alone` wrote is seen by everyone after.
    template<class Alone>
    void arrive(Alone alone) {
        waiter_.disturb();
        // Who knew when he left the last passage that all others have arrived again is the last one
        // without announcing it: his arrival and the release are one change of the line, not two.
        if (arrived(seen_) == workers() - 1) {
            alone();
            release(2);
        } else if (arrived(count_arrival()) == workers()) {
            alone();
            release(1);
        } else {
            await_release();
        }
        base_ += passage_;
    }

  private:
    [[nodiscard]] u32 workers() const { return passage_ - 1; }
    [[nodiscard]] u32 arrived(u32 count) const { return count - base_; }

    [[nodiscard]] u32 count_arrival() {
        // Acquire: the last arriver sees what the others wrote. Release: they wrote it before.
        return state_.count.fetch_add(1, std::memory_order_acq_rel) + 1;
    }

    /// `steps`: the release, and the arrival if it is not counted yet.
    void release(u32 steps) {
        waiter_.disturb();
        // Sequentially consistent, and so is the look at `sleepers`: a worker announces its sleep
        // and then looks at `count`; either it sees this count or we see its announcement.
        seen_ = state_.count.fetch_add(steps, std::memory_order_seq_cst) + steps;
        if (state_.sleepers.load(std::memory_order_seq_cst) != 0) {
            waiter_.wake(state_.count);
        }
    }

    [[nodiscard]] bool released(u32 count) const { return arrived(count) >= passage_; }

    void await_release() {
        for (u32 spin = 0; spin < spins_; ++spin) {
            // Pairs with the release in `release`, and of those who have arrived again.
            seen_ = state_.count.load(std::memory_order_acquire);
            if (released(seen_)) {
                return;
            }
            waiter_.pause();
        }
        state_.sleepers.fetch_add(1, std::memory_order_seq_cst);
        waiter_.disturb();
        for (;;) {
            seen_ = state_.count.load(std::memory_order_seq_cst);
            if (released(seen_)) {
                break;
            }
            waiter_.wait(state_.count, seen_);
        }
        // Relaxed: one sleeper too many costs a needless wake and nothing else.
        state_.sleepers.fetch_sub(1, std::memory_order_relaxed);
    }

    BarrierState<Atomics>& state_;
    u32 passage_;
    u32 base_ = 0;
    u32 seen_ = 0; ///< the count when we last looked
    Waiter waiter_;
    u32 spins_;
};

} // namespace knhk
