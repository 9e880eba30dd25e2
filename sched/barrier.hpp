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
        // Acquire: the last arriver sees what the others wrote. Release: they wrote it before.
        const u32 before = state_.count.fetch_add(1, std::memory_order_acq_rel);
        if (before - base_ == passage_ - 2) {
            alone();
            release();
        } else {
            await_release();
        }
        base_ += passage_;
    }

  private:
    void release() {
        waiter_.disturb();
        // Sequentially consistent, and so is the look at `sleepers`: a worker announces its sleep
        // and then looks at `count`; either it sees this count or we see its announcement.
        state_.count.fetch_add(1, std::memory_order_seq_cst);
        if (state_.sleepers.load(std::memory_order_seq_cst) != 0) {
            waiter_.wake(state_.count);
        }
    }

    [[nodiscard]] bool released(u32 count) const { return count - base_ >= passage_; }

    void await_release() {
        for (u32 spin = 0; spin < spins_; ++spin) {
            // Pairs with the release in `release`.
            if (released(state_.count.load(std::memory_order_acquire))) {
                return;
            }
            waiter_.pause();
        }
        state_.sleepers.fetch_add(1, std::memory_order_seq_cst);
        waiter_.disturb();
        for (;;) {
            const u32 count = state_.count.load(std::memory_order_seq_cst);
            if (released(count)) {
                break;
            }
            waiter_.wait(state_.count, count);
        }
        // Relaxed: one sleeper too many costs a needless wake and nothing else.
        state_.sleepers.fetch_sub(1, std::memory_order_relaxed);
    }

    BarrierState<Atomics>& state_;
    u32 passage_;
    u32 base_ = 0;
    Waiter waiter_;
    u32 spins_;
};

} // namespace knhk
