// SPDX-License-Identifier: MIT
// What region::admission holds: tasks that come from outside of a run while it goes on. Its two
// uses exclude each other, because a run has one scheduler.
#pragma once

#include "base/memory_map.hpp"
#include "replay/log_format.hpp"
#include "sched/limits.hpp"

namespace knhk {

/// A task that a program handed to its SteppedScheduler, until its core has taken it.
struct AdmittedInput {
    Task task;
    u64 time; ///< NOT_ORDERED if it is not
    u64 reserved[7];
};
inline constexpr u32 ADMISSION_CAPACITY = 2048;

/// What a Scheduler's barrier took from outside for the beat that comes next: what the log says of
/// it, and so a checkpoint that is taken there.
struct OutsideCut {
    u64 count;
    LogInput inputs[OUTSIDE_CUT_MAX];
};
static_assert(OUTSIDE_CUT_MAX == LOG_INPUTS_MAX && sizeof(LogInput::task) == sizeof(Task));

/// Plain data; zero is the initial state.
union Admission {
    AdmittedInput handed_in[ADMISSION_CAPACITY];
    OutsideCut cut;
};
static_assert(sizeof(Admission) <= region::admission.size_bytes);

} // namespace knhk
