// SPDX-License-Identifier: MIT
// A core's deltas (docs/determinism.md, 2.15): those that wait in the ring of their slot, each with
// its task, and those that were parked. Whoever runs the core has both ends.
#pragma once

#include <cstring>

#include "base/check.hpp"
#include "base/memory_map.hpp"
#include "beat/delta_ring.hpp"
#include "beat/park_ring.hpp"
#include "replay/log_format.hpp"
#include "sched/limits.hpp"
#include "sched/task.hpp"
#include "sched/work_queue.hpp"

namespace knhk {

/// Of a run: subjects, objects, predicate, length and four zero bytes, as a log has them. Rows
/// behind the length are zero in a delta.
inline constexpr u64 DELTA_BYTES = LOG_ROWS_BYTES;
static_assert(offsetof(TripleRun, reserved) + sizeof(u32) == DELTA_BYTES && DELTA_BYTES == 144);

/// Rows that came with a delta from outside. Empty if they are none.
[[nodiscard]] inline TripleRun rows_from(const void* bytes) {
    TripleRun run{};
    std::memcpy(&run, bytes, DELTA_BYTES);
    u64 unused = run.reserved[0];
    for (u32 row = run.length; row < RUN_ROWS; ++row) {
        unused |= run.subjects[row] | run.objects[row];
    }
    return run.length <= RUN_ROWS && unused == 0 ? run : TripleRun{};
}

/// A task and the run that it brings, taken out of the ring.
struct Delta {
    TripleRun run;
    Task task;
    u64 warm_runs; ///< how often W1 has tried it
    u64 reserved[7];
};
static_assert(sizeof(Delta) == 320 && std::has_unique_object_representations_v<Delta>);

/// Of the task's bytes, and of the rows that it brings itself.
[[nodiscard]] inline u64 hash_of_delta(const Task& task, const TripleRun& run) {
    if (!task.brings_rows()) {
        return xxh3_64(&task, sizeof task);
    }
    std::byte bytes[sizeof(Task) + DELTA_BYTES];
    std::memcpy(bytes, &task, sizeof task);
    std::memcpy(bytes + sizeof task, &run, DELTA_BYTES);
    return xxh3_64(bytes, sizeof bytes);
}

/// Which class runs a fiber: R1 in its slot, W1 when nothing else is left of a beat, C1 behind a
/// commit.
enum class FiberClass : u8 { R1, W1, C1 };

/// In region::deltas. Zero is the initial state.
struct DeltaQueues {
    WorkQueue<Task, DELTA_RUNS> tasks[BEAT_SLOTS]; ///< one for each run in the ring
    WorkQueue<Delta, PARKED_DELTAS> warm;
    WorkQueue<Delta, PARKED_DELTAS> cold;
    WorkQueue<TripleRun, OUTSIDE_CAPACITY> brought; ///< by those in the line, in their order
    alignas(SEPARATION_BYTES) std::byte rows[DeltaRing::bytes(DELTA_ROWS)];
};
static_assert(sizeof(DeltaQueues) <= region::deltas.stride_bytes(CORES_MAX));

class Deltas {
  public:
    Deltas() = default;
    Deltas(const Memory& memory, u32 core)
        : queues_(reinterpret_cast<DeltaQueues*>(memory.share(region::deltas, core, CORES_MAX))) {}

    [[nodiscard]] bool has_room(u32 slot, u32 rows) const {
        return queues_->tasks[slot].size() < DELTA_RUNS && ring().rows(slot) + rows <= DELTA_ROWS;
    }
    /// All of it, or nothing. The run has rows.
    [[nodiscard]] bool push(u32 slot, const Task& task, const TripleRun& run, Beat beat) {
        if (!has_room(slot, run.length)) {
            return false;
        }
        Task* const place = queues_->tasks[slot].push_alone();
        const bool entered = ring().enqueue_run(slot, run, beat.raw).has_value();
        KNHK_CHECK(place != nullptr, run.length);
        KNHK_CHECK(entered, run.length);
        *place = task;
        return true;
    }
    /// The oldest of a slot. False when there is none.
    [[nodiscard]] bool take(u32 slot, Delta& delta) {
        // All of it: what is parked is saved, and rows that go on are hashed.
        std::memset(delta.run.reserved, 0, sizeof delta.run.reserved);
        std::memset(delta.reserved, 0, sizeof delta.reserved);
        const Task* const task = queues_->tasks[slot].pop_alone();
        if (task == nullptr) {
            return false;
        }
        u64 cycle = 0;
        const u32 rows = ring().dequeue_run(slot, delta.run, cycle);
        KNHK_CHECK(rows != 0, slot);
        delta.task = *task;
        delta.warm_runs = 0;
        return true;
    }

    // Rows of deltas from outside, from the cut until they enter the ring. All of these are in one
    // line, so what was brought first is wanted first.
    void bring(const TripleRun& run) {
        TripleRun* const place = queues_->brought.push_alone();
        KNHK_CHECK(place != nullptr, OUTSIDE_CAPACITY); // there are no more nodes for inputs
        *place = run;
    }
    [[nodiscard]] const TripleRun& brought() const { return queues_->brought.peek(0); }
    void forget_brought() { static_cast<void>(queues_->brought.pop_alone()); }

    // Parked ones, first in, first out.
    /// False when its class has no place.
    [[nodiscard]] bool park(const Delta& delta, FiberClass into) {
        Delta* const place = of(into).push_alone();
        if (place != nullptr) {
            *place = delta;
        }
        return place != nullptr;
    }
    [[nodiscard]] bool take_parked(FiberClass from, Delta& delta) {
        const Delta* const parked = of(from).pop_alone();
        if (parked != nullptr) {
            delta = *parked;
        }
        return parked != nullptr;
    }
    [[nodiscard]] u32 parked(FiberClass in) { return of(in).size(); }

    [[nodiscard]] bool slot_is_empty(u32 slot) const { return queues_->tasks[slot].size() == 0; }
    [[nodiscard]] bool empty() const {
        u32 deltas = queues_->warm.size() + queues_->cold.size();
        for (const auto& tasks : queues_->tasks) {
            deltas += tasks.size();
        }
        return deltas == 0;
    }

  private:
    [[nodiscard]] DeltaRing ring() const { return {queues_->rows, DELTA_ROWS}; }
    [[nodiscard]] WorkQueue<Delta, PARKED_DELTAS>& of(FiberClass fiber_class) {
        return fiber_class == FiberClass::W1 ? queues_->warm : queues_->cold;
    }

    DeltaQueues* queues_ = nullptr;
};

} // namespace knhk
