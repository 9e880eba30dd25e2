// SPDX-License-Identifier: MIT
// How a run ends badly: a panic (a bug that a check found) or a fault (one that the machine found).
// Both say where, in one form on every platform, and exit with RunFailed. A third way, a beat that
// lasts for too long, is found in kernel/watch.cpp and ends here too: one report, never two.
#pragma once

#include "arch/platform.hpp"
#include "base/error.hpp"
#include "sched/scheduler.hpp"

namespace knhk {

/// From here on panics and faults are reported through `platform`, with the place in `scheduler`.
void install_failure_reports(const Platform& platform, const Scheduler& scheduler);

/// For who has something else to report: true when nobody reports yet, and then nobody else will.
[[nodiscard]] bool claim_report();
/// The run's last line, and the end of the machine or the process.
[[noreturn]] void end_failed_run(ExitStatus status);

} // namespace knhk
