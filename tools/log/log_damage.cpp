// SPDX-License-Identifier: MIT
#include "tools/log/log_damage.hpp"

#include <fmt/format.h>

namespace knhk::tools {

std::string LogDamage::text() const {
    std::string place = fmt::format("byte {}: {}", byte, record);
    if (beat) {
        place += fmt::format(", beat {}", *beat);
    }
    if (core) {
        place += fmt::format(", core {}", *core);
    }
    if (event) {
        place += fmt::format(", event {}", *event);
    }
    return place + ": " + what;
}

} // namespace knhk::tools
