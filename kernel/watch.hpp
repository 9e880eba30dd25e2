// SPDX-License-Identifier: MIT
// Keeps the operator's limit on a beat: looks at the run every so often, and ends it, with a report
// and a status of its own, when one beat lasts for too long.
#pragma once

#include "kernel/boot.hpp"

namespace knhk {

/// Begins to look, if the configuration has a limit. When the scheduler is ready, on hart 0.
[[nodiscard]] BootResult start_watch(const Kernel& kernel);
/// When the last beat is over.
void stop_watch(const Kernel& kernel);

} // namespace knhk
