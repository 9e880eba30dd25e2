// SPDX-License-Identifier: MIT
// What a run is: constant from before its first beat, the same for every core and worker.
#pragma once

#include "base/memory_map.hpp"
#include "base/types.hpp"
#include "sched/program.hpp"

namespace knhk {

struct RunSetup {
    Memory memory{nullptr};
    u32 cores = 0;
    u64 seed = 0;
    const u8* latencies = nullptr; ///< [source * cores + destination], in beats

    const WorkloadEntry* workload = nullptr;
    WorkloadParameters parameters{};
    u64 input_count = 0;

    Handler handlers[HANDLERS_MAX] = {}; ///< by id; null where there is none

    [[nodiscard]] u32 latency(u32 from, u32 to) const { return latencies[from * cores + to]; }

    /// The one check at the boundary: behind it, tasks are trusted.
    [[nodiscard]] bool accepts(const Task& task) const {
        return task.handler < HANDLERS_MAX && handlers[task.handler] != nullptr &&
               static_cast<u32>(task.level) < LEVEL_COUNT && task.asks_for_no_more();
    }
    [[nodiscard]] Task input(u64 position) const {
        Task task = workload->input(parameters, position);
        task.id = position;
        return task;
    }
};

} // namespace knhk
