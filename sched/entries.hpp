// SPDX-License-Identifier: MIT
// What a program consists of: its tables of handlers, workloads and guards.
#pragma once

#include <span>

#include "sched/guard.hpp"
#include "sched/task.hpp"

namespace knhk {

class TaskContext;

using Handler = void (*)(TaskContext& context);

/// One kind of task. Its name and version are part of a run's identity: change the version whenever
/// the handler's behaviour changes.
struct HandlerEntry {
    const char* name;
    u32 version;
    Handler run;
};

/// A predicate that tasks name by id. Its name and version are part of a run's identity.
struct GuardEntry {
    u16 id; ///< below GUARDS_BUILTIN_BEGIN
    const char* name;
    u32 version;
    GuardFunction passes;
};
inline constexpr u16 GUARDS_BUILTIN_BEGIN = 1000;

struct WorkloadParameters {
    u64 tasks = 0;                ///< --tasks
    u64 seed = 0;                 ///< --seed
    u32 cores = 0;                ///< --cores
    const void* data = nullptr;   ///< of a workload file: its Script
    const void* source = nullptr; ///< of inputs that come while the run goes on: who has them
};

inline constexpr u64 NOT_ORDERED = ~u64{0};

/// A named beginning: a run's external inputs, each one task. All functions are pure: they are
/// called from any worker, more than once.
struct WorkloadEntry {
    const char* name;
    u32 version; ///< identity, like a handler's: change it with what the functions return
    /// How many inputs there are.
    u64 (*input_count)(const WorkloadParameters& parameters);
    /// The index-th input. Unless `next_input_of` is there, the runtime sets the task's id to the
    /// index, so input i begins on core i mod C.
    Task (*input)(const WorkloadParameters& parameters, u64 index);
    /// For which beat it is: never descending. Null: all for beat 0.
    u64 (*input_beat)(const WorkloadParameters& parameters, u64 index) = nullptr;
    /// For which time it is ordered, or NOT_ORDERED. Null: none is.
    u64 (*input_time)(const WorkloadParameters& parameters, u64 index) = nullptr;
    /// The first input from `from` on whose home is `core`, or the count. Null: ids are indices.
    u64 (*next_input_of)(const WorkloadParameters& parameters, u32 core, u64 from) = nullptr;
};

struct Program {
    std::span<const HandlerEntry> handlers;
    std::span<const WorkloadEntry> workloads;
    std::span<const GuardEntry> guards = {};
};

} // namespace knhk
