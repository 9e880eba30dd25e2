// SPDX-License-Identifier: MIT
// Inputs that come while a run goes on, as --input asks for them.
#pragma once

#include <memory>

#include "tools/input/task_source.hpp"
#include "tools/run/options.hpp"

namespace knhk::tools {

/// --input names a source of its own, and not a log.
[[nodiscard]] bool has_live_inputs(const RunOptions& options);

/// Nobody knows when they come: a run that nobody gave a time limit has the longest.
void allow_time_for_inputs(RunOptions& options, bool timeout_given);

/// Opens that source, and says where it listens if it does. `report` outlives it.
[[nodiscard]] std::unique_ptr<TaskSource> open_live_inputs(const RunOptions& options,
                                                           InputReport& report);

} // namespace knhk::tools
