// SPDX-License-Identifier: MIT
// What the machine takes for the work of a row, and nothing else: no queue, no order, no record.
// They stand as limits beside the rows whose bars are hard to hold.
#pragma once

#include "base/types.hpp"

namespace knhk::bench {

/// Cycles for a task that reads its line, works, and writes its successor's line and one of events,
/// where the lines of that many cores lie, core after core, as many tasks each as in a beat.
[[nodiscard]] double lines_of_cores_cycles(u32 cores);

/// Wall clock cycles for a task on one or two threads, of which 1 in 8 passes two lines on, to
/// itself or to the other thread, which reads them in the next beat. With `handlers` 8, each is
/// called by one of 8 functions that the task before drew.
[[nodiscard]] double passing_cycles(u32 threads, u32 handlers);

/// Cycles for a task that reads its line, works and writes its successor's line; and for one that
/// besides leaves what a log must have of it: its bytes' hash, two stamped records, and their part
/// of a beat's digest. No queue, no check, no call, no beat.
[[nodiscard]] double unrecorded_cycles();
[[nodiscard]] double recorded_cycles();

} // namespace knhk::bench
