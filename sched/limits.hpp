// SPDX-License-Identifier: MIT
// Every bound of the scheduler in one place. All of them are part of a run's identity.
#pragma once

#include <array>

#include "base/types.hpp"
#include "isa/pattern.hpp"
#include "sched/task.hpp"

namespace knhk {

/// Ring entries by level: High, Normal, Low. Powers of two, 4 at least.
inline constexpr std::array<u32, LEVEL_COUNT> RING_CAPACITY{256, 512, 128};
/// A spawn at home leaves this fraction of a ring to arrivals.
inline constexpr u32 SPAWN_RESERVE_DIVISOR = 4;
/// This fraction of a ring's capacity may wait as external inputs, for each core and level.
inline constexpr u32 INPUT_QUOTA_DIVISOR = 4;

/// Messages that one core may have in flight.
inline constexpr u32 OUTBOX_CAPACITY = 256;
/// Nodes for staged and waiting inputs of one core.
inline constexpr u32 INPUT_CAPACITY = 256;

/// Inputs from outside of one core and line that may wait, and nodes for them.
inline constexpr u32 OUTSIDE_QUOTA = 16;
inline constexpr u32 OUTSIDE_CAPACITY = 64;
/// Inputs from outside that one barrier takes, for all cores together.
inline constexpr u32 OUTSIDE_CUT_MAX = 1024;

/// Emissions of one task; the next one is refused.
inline constexpr u32 EMISSIONS_MAX = 7;
/// Records that a task may write: its own and one for each emission. A task starts only if they
/// fit.
inline constexpr u32 TASK_RECORDS_MAX = 1 + EMISSIONS_MAX;
/// Admit may use this fraction of a core's log share.
inline constexpr u32 ADMIT_SHARE_DIVISOR = 2;

/// Beats that a message may travel: 1 to this.
inline constexpr u32 LATENCY_MAX = 7;
/// Due beats are told apart modulo this.
inline constexpr u32 DUE_SLOTS = 8;

inline constexpr u32 STATE_SLAB_BYTES = 4096;

/// Entries of all ordered heaps together: each core has its C-th part.
inline constexpr u32 ORDERED_ENTRIES = 8192;
/// Ordered tasks of one beat, all cores together: the barrier selects them one by one.
inline constexpr u32 ORDERED_SELECTED_MAX = 256;
/// The ordered part may use this fraction of a core's log share.
inline constexpr u32 ORDERED_SHARE_DIVISOR = 4;
/// Ordered inputs of one core that may wait, at most; else a quarter of its heap.
inline constexpr u32 ORDERED_QUOTA_MAX = 32;
/// An ordered task may not ask for a later time.
inline constexpr u64 ORDERED_TIME_MAX = u64{1} << 62;

/// Tasks that wait for their second run, and how many ticks they may use then.
inline constexpr u32 WARM_CAPACITY = 32;
inline constexpr u32 WARM_TICKS_MAX = 64;

/// The beat path, for each core. Of each slot of an epoch: rows and deltas that wait, rows that
/// were asserted and receipts that were left, until the next commit.
inline constexpr u32 DELTA_ROWS = 32;
inline constexpr u32 DELTA_RUNS = 16;
inline constexpr u32 ASSERTED_ROWS = 64;
inline constexpr u32 RECEIPTS = 32;
/// Fibers of a beat that take their deltas from the ring.
inline constexpr u32 FIBERS_MAX = 8;
/// Deltas that are parked, in each of both classes; after so many runs in W1 one goes to C1, where
/// it may use so many ticks.
inline constexpr u32 PARKED_DELTAS = 16;
inline constexpr u32 WARM_RUNS_MAX = 3;
inline constexpr u32 COLD_TICKS_MAX = 512;
/// The slot of an epoch in which a fiber of W1 goes first.
inline constexpr u32 FIBER_TURN = 6;

/// Stealing: tasks that a thief takes, stateless tasks that are counted, thieves of a beat.
inline constexpr u32 STEAL_TASKS_MAX = 8;
inline constexpr u32 STEAL_SPARE_MAX = 16;
inline constexpr u32 STEAL_THIEVES_MAX = 32;

/// What a core keeps of cases between their tasks: tokens that wait, timers, circuit breakers.
inline constexpr u32 FLOW_ENTRIES = 42;

/// Snapshots from outside lie with this core until they are promoted.
inline constexpr u32 LOADING_CORE = 0;

/// Logical time ends here; a run that gets there is ended.
inline constexpr u64 TIMESTAMP_END = u64{1} << 63;

constexpr u32 input_quota(u32 level) {
    return RING_CAPACITY[level] / INPUT_QUOTA_DIVISOR;
}
constexpr u32 spawn_reserve(u32 level) {
    return RING_CAPACITY[level] / SPAWN_RESERVE_DIVISOR;
}

constexpr u32 ordered_capacity(u32 cores) {
    return ORDERED_ENTRIES / cores;
}
constexpr u32 ordered_quota(u32 cores) {
    const u32 quarter = ordered_capacity(cores) / INPUT_QUOTA_DIVISOR;
    return quarter < ORDERED_QUOTA_MAX ? quarter : ORDERED_QUOTA_MAX;
}

/// E, for a core's log share of so many records.
constexpr u32 ordered_of_core_max(u32 share_records) {
    return share_records / ORDERED_SHARE_DIVISOR;
}

static_assert(LATENCY_MAX < DUE_SLOTS, "a list being read is never one being filled");
static_assert(input_quota(0) + input_quota(1) + input_quota(2) + ORDERED_QUOTA_MAX <=
              INPUT_CAPACITY);
static_assert(OUTSIDE_QUOTA * (LEVEL_COUNT + 1) <= OUTSIDE_CAPACITY, "of each line its quota");
static_assert(EMISSIONS_MAX < CHATMAN);
static_assert(SIGMA_BRANCHES_MAX <= EMISSIONS_MAX, "a step can spawn all of its branches");

/// The bounds as the identity lists them; docs/log-format.md names them in this order.
inline constexpr std::array<u32, 34> CAPACITIES{RING_CAPACITY[0],
                                                RING_CAPACITY[1],
                                                RING_CAPACITY[2],
                                                SPAWN_RESERVE_DIVISOR,
                                                INPUT_QUOTA_DIVISOR,
                                                OUTBOX_CAPACITY,
                                                INPUT_CAPACITY,
                                                EMISSIONS_MAX,
                                                TASK_RECORDS_MAX,
                                                ADMIT_SHARE_DIVISOR,
                                                LATENCY_MAX,
                                                STATE_SLAB_BYTES,
                                                ORDERED_ENTRIES,
                                                ORDERED_SELECTED_MAX,
                                                ORDERED_SHARE_DIVISOR,
                                                WARM_CAPACITY,
                                                WARM_TICKS_MAX,
                                                BUDGET_TICKS_MAX,
                                                GUARD_IDS,
                                                ORDERED_QUOTA_MAX,
                                                STEAL_TASKS_MAX,
                                                STEAL_SPARE_MAX,
                                                STEAL_THIEVES_MAX,
                                                OUTSIDE_QUOTA,
                                                OUTSIDE_CUT_MAX,
                                                DELTA_ROWS,
                                                DELTA_RUNS,
                                                ASSERTED_ROWS,
                                                RECEIPTS,
                                                FIBERS_MAX,
                                                PARKED_DELTAS,
                                                WARM_RUNS_MAX,
                                                COLD_TICKS_MAX,
                                                FLOW_ENTRIES};

} // namespace knhk
