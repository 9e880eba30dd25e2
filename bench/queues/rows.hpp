// SPDX-License-Identifier: MIT
// The rows of the queues, the clock, the barrier and the snapshots beside their peers.
// bench/main.cpp calls them.
#pragma once

#include <vector>

#include "bench/report.hpp"

namespace knhk::bench {

[[nodiscard]] std::vector<Row> work_queue_rows(const Options& options);
[[nodiscard]] std::vector<Row> best_effort_rows(const Options& options);
[[nodiscard]] std::vector<Row> ordered_rows(const Options& options);
[[nodiscard]] std::vector<Row> clock_and_barrier_rows(const Options& options);
[[nodiscard]] std::vector<Row> snapshot_rows(const Options& options);

} // namespace knhk::bench
