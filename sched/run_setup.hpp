// SPDX-License-Identifier: MIT
// What a run is: constant from before its first beat, the same for every core and worker.
#pragma once

#include "base/memory_map.hpp"
#include "base/types.hpp"
#include "isa/triple_run.hpp"
#include "sched/entries.hpp"
#include "sched/limits.hpp"
#include "sched/schedulable_task.hpp"
#include "sigma/snapshot_store.hpp"

namespace knhk {

struct KernelTable;

struct RunSetup {
    Memory memory{nullptr};
    u32 cores = 0;
    u64 seed = 0;
    const u8* latencies = nullptr; ///< [source * cores + destination], in beats
    bool stealing = false;
    const KernelTable* kernels = nullptr; ///< of the machine's instruction sets, chosen at boot

    const WorkloadEntry* workload = nullptr;
    WorkloadParameters parameters{};
    u64 input_count = 0;
    std::span<const Observation> observations;
    std::span<const SealedSnapshot> snapshots; ///< by number; each may be followed
    std::span<const TripleRun> runs;           ///< by number

    Handler handlers[HANDLERS_MAX] = {}; ///< by id; null where there is none
    Guard guards[GUARD_IDS] = {};        ///< by id

    /// The snapshots that are followed, of all cores alike.
    [[nodiscard]] SnapshotStore sigma() const {
        return {*memory.as<SnapshotRegion>(region::snapshots), cores};
    }
    [[nodiscard]] u32 latency(u32 from, u32 to) const { return latencies[from * cores + to]; }

    /// The one check at the boundary: behind it, tasks are trusted.
    [[nodiscard]] bool accepts(const Task& task) const {
        return has_handler(task) && task.well_formed() && (!task.is_delta() || has_rows(task));
    }
    /// The run of a delta that brings none. Null if there is none, or an empty one.
    [[nodiscard]] const TripleRun* run_of(const Task& delta) const {
        const u64 number = delta.payload[DELTA_RUN_WORD];
        const bool is_there = number < runs.size() && runs[number].length != 0;
        return is_there ? &runs[number] : nullptr;
    }
    [[nodiscard]] bool has_handler(const Task& task) const {
        return task.handler < HANDLERS_MAX && handlers[task.handler] != nullptr;
    }

    [[nodiscard]] Result<ValidatedTask> validate(const Task& task) const {
        return accepts(task) && !task.brings_rows() ? Result<ValidatedTask>(ValidatedTask(task))
                                                    : fail(Error::InvalidTask);
    }

    [[nodiscard]] bool has_rows(const Task& delta) const {
        return delta.brings_rows() || run_of(delta) != nullptr;
    }

    /// Of the workload's inputs and those from outside. Rows of its own only the latter bring.
    [[nodiscard]] bool accepts_input(const Task& task, u64 time) const {
        const bool ordered = time != NOT_ORDERED;
        return accepts(task) && (!ordered || (time <= ORDERED_TIME_MAX && !task.is_delta()));
    }

    [[nodiscard]] Task input(u64 position) const {
        Task task = workload->input(parameters, position);
        if (workload->next_input_of == nullptr) {
            task.id = position;
        }
        return task;
    }
    /// NOT_ORDERED if it is not.
    [[nodiscard]] u64 input_time(u64 position) const {
        return workload->input_time == nullptr ? NOT_ORDERED
                                               : workload->input_time(parameters, position);
    }
    [[nodiscard]] u64 input_beat(u64 position) const {
        return workload->input_beat == nullptr ? 0 : workload->input_beat(parameters, position);
    }
    /// The first input from `from` on whose home is `core`; at least the count if there is none.
    [[nodiscard]] u64 next_input_of(u32 core, u64 from) const {
        if (workload->next_input_of != nullptr) {
            return workload->next_input_of(parameters, core, from);
        }
        return from + ((core - from) & (cores - 1));
    }
    /// The first input from `from` on that is for a beat after `beat`, or the count.
    [[nodiscard]] u64 first_input_after(Beat beat, u64 from) const;
};

inline u64 RunSetup::first_input_after(Beat beat, u64 from) const {
    if (workload->input_beat == nullptr) {
        return input_count;
    }
    u64 end = input_count; // beats never descend: halve
    while (from < end) {
        const u64 middle = from + (end - from) / 2;
        if (input_beat(middle) > beat.raw) {
            end = middle;
        } else {
            from = middle + 1;
        }
    }
    return from;
}

} // namespace knhk
