// SPDX-License-Identifier: MIT
#include "arch/linux/cpu_binding.hpp"
#include "loader/topology_sys.hpp"

namespace knhk::loader {

Topology this_machine() {
    return read_sys_topology(sys_files("/sys/devices/system"), hosted::affinity_of_this_thread());
}

} // namespace knhk::loader
