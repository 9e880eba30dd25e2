// SPDX-License-Identifier: MIT
// Dynamic claiming: workers take the cores of a beat one by one, whoever is free. A matter of speed
// alone: a claim says who runs a core, and orders nothing.
#pragma once

#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

/// In shared memory; zero is the initial state, in which nobody has claimed anything.
template<class Atomics = NativeAtomics>
class Claims {
  public:
    /// Any worker, between two barriers: visits each of 0..count-1 that nobody has claimed before.
    template<class Visit>
    void each(u32 count, Visit visit) {
        for (u32 id = take(); id < count; id = take()) {
            visit(id);
        }
    }

    /// The last arriver at a barrier, alone: all cores can be claimed again.
    void reset() {
        // Relaxed: the barrier orders it after the claims before and ahead of those after.
        next_.store(0, std::memory_order_relaxed);
    }

  private:
    template<class T>
    using Atomic = typename Atomics::template Atomic<T>;

    // Relaxed: the barrier orders what the core's last owner wrote before what the next one reads.
    [[nodiscard]] u32 take() { return next_.fetch_add(1, std::memory_order_relaxed); }

    Atomic<u32> next_;
};

} // namespace knhk
