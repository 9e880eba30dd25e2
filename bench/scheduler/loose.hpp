// SPDX-License-Identifier: MIT
// The same tasks, rings and handler, in the order that happens to come: what is left of the
// scheduler without determinism. Left out are timestamps, events and their hashes, digests, beats
// and the barrier. Kept are the rings, the task's check, its budget, its limit of emissions and the
// turn that every core gets.
#pragma once

#include "bench/scheduler/chains.hpp"

namespace knhk::bench {

/// Cycles for each task of Home chains, on one worker. Throws std::runtime_error when tasks are
/// lost.
[[nodiscard]] double loose_cycles(const Chains& chains);

} // namespace knhk::bench
