// SPDX-License-Identifier: MIT
// The demo: one workload in three places, the three logs compared event by event.
#pragma once

#include "base/error.hpp"
#include "tools/run/options.hpp"

namespace knhk::tools {

/// Takes image, time limit and form of output from `options`; the rest is the demo's.
[[nodiscard]] ExitStatus run_demo(const RunOptions& options);

} // namespace knhk::tools
