// SPDX-License-Identifier: MIT
// A snapshot as the tasks that bring it into a run (docs/inputs.md).
#pragma once

#include <span>
#include <vector>

#include "kernel/sigma_program.hpp"

namespace knhk::tools {

/// In their order: its pieces, and then the one that asks for its promotion. All are for one core
/// and level, where they stay in this order.
[[nodiscard]] std::vector<Task> snapshot_tasks(std::span<const std::byte> sealed);

} // namespace knhk::tools
