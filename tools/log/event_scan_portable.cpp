// SPDX-License-Identifier: MIT
// For architectures without a wide form.
#include "tools/log/event_scan_wide.hpp"

namespace knhk::tools {

WideScan widest_event_scan() {
    return nullptr;
}

} // namespace knhk::tools
