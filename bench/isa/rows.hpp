// SPDX-License-Identifier: MIT
// Rows of `knhk bench isa`: query kernels, guards and whole tasks of a snapshot.
#pragma once

#include <vector>

#include "bench/report.hpp"

namespace knhk::bench {

/// Each boolean operation, and the two that emit rows, over eight rows.
[[nodiscard]] std::vector<Row> kernel_rows(const Options& options);
/// Eight guards at once, beside one after the other.
[[nodiscard]] std::vector<Row> guard_rows(const Options& options);
/// A task with two guards and a hook, to its receipt.
[[nodiscard]] std::vector<Row> task_rows(const Options& options);

} // namespace knhk::bench
