// SPDX-License-Identifier: MIT
#include "tools/log/event_scan_wide.hpp"

namespace knhk::tools {

WideScan widest_event_scan() {
    return __builtin_cpu_supports("avx2") != 0 ? &are_possible_avx2 : nullptr;
}

} // namespace knhk::tools
