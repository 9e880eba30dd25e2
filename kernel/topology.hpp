// SPDX-License-Identifier: MIT
// Topologies are generators of the latency matrix; nothing else of them reaches the scheduler.
#pragma once

#include "base/types.hpp"

namespace knhk {

/// Every core is `latency` beats from every core, itself included.
inline void make_flat_latencies(u8* matrix, u32 cores, u32 latency) {
    for (u32 cell = 0; cell < cores * cores; ++cell) {
        matrix[cell] = static_cast<u8>(latency);
    }
}

} // namespace knhk
