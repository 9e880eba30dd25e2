// SPDX-License-Identifier: MIT
// What a user writes: handlers, and workloads that say which tasks a run begins with. The built-in
// workloads are written in the same terms (kernel/builtin_program.cpp).
//
// A log can be trusted as far as handlers keep these rules. They are functions of what their
// context gives them: no variable outlives a call except in the core's state; no address is used as
// a value; nothing outside of what a context hands out is written; no clock is read; no floating
// point is used whose result depends on the machine.
#pragma once

#include <span>

#include "sched/task.hpp"
#include "sched/task_context.hpp"

namespace knhk {

using Handler = void (*)(TaskContext& context);

/// One kind of task. Its name and version are part of a run's identity: change the version whenever
/// the handler's behaviour changes.
struct HandlerEntry {
    const char* name;
    u32 version;
    Handler run;
};

struct WorkloadParameters {
    u64 tasks; ///< --tasks
    u64 seed;  ///< --seed
    u32 cores; ///< --cores
};

/// A named beginning: the external inputs of beat 0, each one task.
struct WorkloadEntry {
    const char* name;
    u32 version; ///< identity, like a handler's: change it with what `input` returns
    /// How many inputs there are.
    u64 (*input_count)(const WorkloadParameters& parameters);
    /// The index-th input. A pure function: it is called from any worker. The runtime sets the
    /// task's id to the index, so input i begins on core i mod C.
    Task (*input)(const WorkloadParameters& parameters, u64 index);
};

struct Program {
    std::span<const HandlerEntry> handlers;
    std::span<const WorkloadEntry> workloads;
};

/// The id of a user program's handler: its index in the program's table.
constexpr HandlerId user_handler(u32 index) {
    return static_cast<HandlerId>(USER_HANDLERS_BEGIN + index);
}

} // namespace knhk

/// Each image has one user program: that of a directory given to `knhk build`, or an empty one.
extern const knhk::Program knhk_user_program;
