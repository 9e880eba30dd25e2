// SPDX-License-Identifier: MIT
// What one line from outside says, as the inputs that it is in the run (docs/inputs.md): a task,
// with the rows that it brings, or the tasks that bring a snapshot.
#pragma once

#include <span>
#include <vector>

#include "replay/log_format.hpp"
#include "tools/workload/schema_tasks.hpp"

namespace knhk::tools {

[[nodiscard]] std::vector<LogInput> task_inputs(const OutsideTask& outside);

/// In their order: its pieces, and then the one that asks for its promotion. All are for one core
/// and level, where they stay in this order.
[[nodiscard]] std::vector<LogInput> snapshot_inputs(std::span<const std::byte> sealed);

} // namespace knhk::tools
