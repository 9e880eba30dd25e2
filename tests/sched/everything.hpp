// SPDX-License-Identifier: MIT
// A workload whose tasks do at random whatever a task can do, valid or not, and end in every way
// that there is. For tests that compare whole runs.
#pragma once

#include "tests/support/native_run.hpp"

namespace knhk::test {

/// Handlers, guards, observations and inputs; the seed makes another run of it.
[[nodiscard]] NativeOptions everything(u32 cores, u64 seed);

/// A task of that workload, most often a valid one; its descendants have lives of up to `life`.
[[nodiscard]] Task random_task(u64 draw, u64 life);

/// Latencies between 1 and 7 that depend on the seed alone.
void random_latencies(u8* latencies, u32 cores, u64 seed);

} // namespace knhk::test
