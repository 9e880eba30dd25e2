// SPDX-License-Identifier: MIT
// The state of a run that belongs to no core (region::scheduler), and what its workers share for
// one beat (region::workers). Plain data; zero is the initial state.
#pragma once

#include "base/memory_map.hpp"
#include "replay/chain.hpp"
#include "replay/log_format.hpp"
#include "sched/barrier.hpp"
#include "sched/core.hpp"

namespace knhk {

/// Changed by the last arriver at the barrier; between barriers, cores write their digests.
struct RunState {
    BeatPlan plan; ///< of the beat being executed
    u64 beats_executed;
    u64 in_flight; ///< messages sent and not yet in a ring
    u64 events;
    u64 tasks;
    u64 remote_messages;
    u32 finished;
    u32 end_reason; ///< EndReason, valid when finished
    ChainStep step; ///< `previous` is E of the last executed beat
};
static_assert(sizeof(RunState) <= region::scheduler.size_bytes);

/// A beat's outcome over several cores.
struct Outcome {
    u64 clock_max;
    u64 input_blocked_min;
    u64 sent;
    u64 arrived;
    bool busy;
    bool state_touched;

    void add(const CoreOutcome& core) {
        clock_max = core.clock > clock_max ? core.clock : clock_max;
        input_blocked_min =
            core.input_blocked < input_blocked_min ? core.input_blocked : input_blocked_min;
        sent += core.sent;
        arrived += core.arrived;
        busy = busy || core.busy;
        state_touched = state_touched || core.state_touched;
    }
    void add(const Outcome& other) {
        add(CoreOutcome{other.clock_max, other.input_blocked_min, 0, 0, other.busy,
                        other.state_touched});
        sent += other.sent;
        arrived += other.arrived;
    }
    static constexpr Outcome none() { return {0, ~u64{0}, 0, 0, false, false}; }
};

/// One worker's part of a reduction, alone in its lines.
struct alignas(SEPARATION_BYTES) WorkerSlot {
    Outcome outcome;
    u64 tasks; ///< executed by this worker: telemetry
    u32 core;  ///< being run, for reports of failures
};

struct WorkersState {
    BarrierState<> barrier;
    WorkerSlot workers[CORES_MAX];
    u32 event_counts[CORES_MAX]; ///< of the beat, by core
};
static_assert(sizeof(WorkersState) <= region::workers.size_bytes);

} // namespace knhk
