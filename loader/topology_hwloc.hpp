// SPDX-License-Identifier: MIT
// The topology as hwloc sees it: it knows what the kernel's files leave out, and corrects some.
#pragma once

#include "loader/topology.hpp"

namespace knhk::loader {

/// What the process's cgroup forbids is left out. Throws a Failure.
[[nodiscard]] Topology read_hwloc_topology();

} // namespace knhk::loader
