// SPDX-License-Identifier: MIT
#include "tools/host/cpus.hpp"

#include <sched.h>

namespace knhk::tools {

u32 online_cpus() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return 1;
    }
    return static_cast<u32>(CPU_COUNT(&allowed));
}

} // namespace knhk::tools
