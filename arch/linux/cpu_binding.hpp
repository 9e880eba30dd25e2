// SPDX-License-Identifier: MIT
// Which CPUs the kernel lets a thread run on, and binding that is proved by reading it back.
#pragma once

#include "arch/linux/cpu_set.hpp"

namespace knhk::hosted {

/// The CPUs that the kernel lets the calling thread run on. Throws a Failure.
[[nodiscard]] CpuSet affinity_of_this_thread();
/// Moves the calling thread to `cpu` and asks the kernel whether it is so. Throws a Failure.
void bind_this_thread(unsigned cpu);

} // namespace knhk::hosted
