// SPDX-License-Identifier: MIT
// The state of a run that belongs to no core (region::scheduler), and what its workers share for
// one beat (region::workers). Plain data; zero is the initial state.
#pragma once

#include "base/memory_map.hpp"
#include "replay/chain.hpp"
#include "replay/lockchain.hpp"
#include "replay/log_format.hpp"
#include "sched/barrier.hpp"
#include "sched/claim.hpp"
#include "sched/core.hpp"

namespace knhk {

inline constexpr u64 RUN_STATE_MAGIC = 0x4E55'524B'484E'4B01; // "\1KNHKRUN"
inline constexpr u32 RUN_STATE_VERSION = 7;

/// A beat's outcome over several cores.
struct Outcome {
    u64 clock_max;
    u64 input_blocked_min;
    u64 ordered_time_min;
    u64 sent;
    u64 lined_up;
    bool busy;
    bool awaits_pulse;
    bool asks_promotion;
    u64 next_timer;

    void add(const CoreOutcome& core) {
        add(Outcome{core.clock, core.input_blocked, core.ordered_time, core.sent, core.lined_up,
                    core.busy, core.awaits_pulse, core.asks_promotion, core.next_timer});
    }
    void add(const Outcome& other) {
        clock_max = other.clock_max > clock_max ? other.clock_max : clock_max;
        input_blocked_min = smaller(input_blocked_min, other.input_blocked_min);
        ordered_time_min = smaller(ordered_time_min, other.ordered_time_min);
        sent += other.sent;
        lined_up += other.lined_up;
        busy = busy || other.busy;
        awaits_pulse = awaits_pulse || other.awaits_pulse;
        asks_promotion = asks_promotion || other.asks_promotion;
        next_timer = smaller(next_timer, other.next_timer);
    }
    static constexpr Outcome none() {
        return {0, ~u64{0}, ~u64{0}, 0, 0, false, false, false, NO_TIMER};
    }

  private:
    static constexpr u64 smaller(u64 a, u64 b) { return a < b ? a : b; }
};

/// What a core shows the barrier of itself, alone in its line: no worker waits for another's store.
struct alignas(LINE_BYTES) CoreShown {
    Digest digest;    ///< of its records
    u64 ordered_time; ///< the smallest key of its heap
    u32 event_count;
    CoreLoad load; ///< if the run steals
};
struct CoreBoard {
    CoreShown cores[CORES_MAX];
};

/// Changed by the last arriver at the barrier, and by nobody else.
struct RunState {
    /// The beat that was executed enters the chain.
    void close_beat(const Outcome& outcome, const CoreBoard& board, u32 core_count) {
        step.beat = plan.beat.raw;
        step.start_time = plan.start.raw;
        for (u32 core = 0; core < core_count; ++core) {
            step.core_digests[core] = board.cores[core].digest;
            events += board.cores[core].event_count;
        }
        step.previous = chain_digest(step, core_count);
        on_the_way += outcome.sent - outcome.lined_up;
        ++beats_executed;
    }

    u64 magic; ///< written last, before the other workers start
    u32 version;
    u32 cores;
    u64 layout_hash; ///< of the memory map that this run's regions follow
    BeatPlan plan;   ///< of the beat being executed
    u64 beats_executed;
    u64 on_the_way; ///< messages sent and not yet in a line
    u64 events;
    u64 tasks;
    u64 remote_messages;
    u64 rows_admitted; ///< of deltas
    u64 rows_done;     ///< of those, whose fibers left receipts
    u64 epoch_beats;   ///< executed when the lockchain took in its last leaf
    u32 finished;
    u32 end_reason; ///< EndReason, valid when finished
    ChainStep step; ///< `previous` is E of the last executed beat
    Lockchain lockchain;
};
static_assert(sizeof(RunState) <= region::scheduler.size_bytes);

/// One worker's part of a reduction, alone in its lines.
struct alignas(SEPARATION_BYTES) WorkerSlot {
    Outcome outcome;
    u64 beat_tasks; ///< executed in this beat
    u64 tasks;      ///< in all: telemetry
    u32 core;       ///< being run, for reports of failures
};

struct WorkersState {
    BarrierState<> barrier;
    alignas(SEPARATION_BYTES) Claims<> claims; ///< of this beat's cores, if claiming is dynamic
    WorkerSlot workers[CORES_MAX];
    CoreBoard board;
    u32 log_ended; ///< with its trailer: nothing is left for anybody
};
static_assert(sizeof(WorkersState) <= region::workers.size_bytes);

} // namespace knhk
