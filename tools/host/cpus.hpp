// SPDX-License-Identifier: MIT
#pragma once

#include "base/types.hpp"

namespace knhk::tools {

/// CPUs that this process may run on; 1 when nobody knows.
[[nodiscard]] u32 online_cpus();

} // namespace knhk::tools
