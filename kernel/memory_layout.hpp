// SPDX-License-Identifier: MIT
// What each region holds, and the proof that it fits for one core and for 256. The regions
// themselves are declared in base/memory_map.def.
#pragma once

#include "base/memory_map.hpp"
#include "kernel/container.hpp"
#include "kernel/script.hpp"
#include "replay/drain.hpp"
#include "sched/scheduler.hpp"

namespace knhk {

/// A core's part of region R, when `cores` run, holds `bytes`.
constexpr bool holds(const Region& region, u32 cores, u64 bytes) {
    return bytes <= region.stride_bytes(cores);
}
constexpr bool holds_at_both_ends(const Region& region, u64 bytes) {
    return holds(region, 1, bytes) && holds(region, CORES_MAX, bytes);
}

static_assert(holds_at_both_ends(region::core_queues, sizeof(CoreQueues)));
static_assert(holds_at_both_ends(region::deltas, sizeof(DeltaQueues)));
static_assert(holds_at_both_ends(region::clocks, sizeof(CoreClock)));
static_assert(holds_at_both_ends(region::assertions,
                                 AssertionRing::bytes(ASSERTED_ROWS, RECEIPTS)));
static_assert(holds_at_both_ends(region::mailboxes, sizeof(Mailbox)));
static_assert(holds_at_both_ends(region::warm_queues, sizeof(WarmQueue)));
static_assert(holds_at_both_ends(region::state_slabs, STATE_SLAB_BYTES));
static_assert(holds_at_both_ends(region::flows, sizeof(FlowTable)));
static_assert(holds(region::latencies, CORES_MAX, u64{CORES_MAX} * CORES_MAX));
static_assert(holds(region::scheduler, CORES_MAX, sizeof(RunState)));
static_assert(holds(region::workers, CORES_MAX, sizeof(WorkersState)));
static_assert(holds(region::drain, CORES_MAX, DRAIN_BYTES));
static_assert(holds(region::snapshots, CORES_MAX, sizeof(SnapshotRegion)));
static_assert(holds(region::triple_runs, CORES_MAX, SCRIPT_RUNS_MAX * sizeof(TripleRun)));

// Two halves of 64 records at C = 256, of 16,384 at C = 1.
static_assert(holds(region::log_window, CORES_MAX, 2 * 64 * sizeof(Event)));
static_assert(holds(region::log_window, 1, 2 * 16'384 * sizeof(Event)));
// One holds the ordered part's E, admit's half and a task.
static_assert(ordered_of_core_max(log_share_records(CORES_MAX)) +
                  log_share_records(CORES_MAX) / ADMIT_SHARE_DIVISOR + TASK_RECORDS_MAX <=
              log_share_records(CORES_MAX));

inline constexpr u64 STACK_SLOT_BYTES = region::stacks.size_bytes / CORES_MAX;
static_assert(STACK_SLOT_BYTES == 64 * 1024,
              "a guard page, 8 KiB for faults and 52 KiB of stack a hart");

} // namespace knhk
