// SPDX-License-Identifier: MIT
// When a run is saved, and how a saved one goes on: what replay/checkpoint.hpp needs of the rest of
// the image.
#pragma once

#include "kernel/boot.hpp"

namespace knhk {

/// From here on the scheduler saves the run of `kernel` whenever the configuration or the host
/// wants it. For runs that share a drain.
void connect_checkpoints(Kernel& kernel);

/// Fills the regions from the checkpoint that the host puts into the intake. The log is open.
[[nodiscard]] BootResult restore_checkpoint(Kernel& kernel);

} // namespace knhk
