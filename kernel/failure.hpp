// SPDX-License-Identifier: MIT
// How a run ends badly: a panic (a bug that a check found) or a fault (one that the machine found).
// Both say where, in one form on every platform, and exit with RunFailed.
#pragma once

#include "arch/platform.hpp"
#include "sched/scheduler.hpp"

namespace knhk {

/// From here on panics and faults are reported through `platform`, with the place in `scheduler`.
void install_failure_reports(const Platform& platform, const Scheduler& scheduler);

} // namespace knhk
