// SPDX-License-Identifier: MIT
// How the cycles of a task grow with the number of tasks, of logical cores and of workers.
#pragma once

#include "bench/report.hpp"
#include "bench/scheduler/our_runs.hpp"

namespace knhk::bench {

/// Draws the curves too, if a plot was asked for.
[[nodiscard]] std::vector<Row> growth_rows(const Options& options, OurRuns& ours);

} // namespace knhk::bench
