// SPDX-License-Identifier: MIT
#include "loader/topology_hwloc.hpp"

namespace knhk::loader {

Topology this_machine() {
    return read_hwloc_topology();
}

} // namespace knhk::loader
