// SPDX-License-Identifier: MIT
#include "tools/log/log_damage.hpp"

#include <fmt/format.h>

namespace knhk::tools {

std::string LogDamage::text() const {
    std::string place = fmt::format("byte {}: ", byte);
    if (core) {
        place += fmt::format("beat {}, core {}{}: ", beat.value_or(0), *core,
                             event ? fmt::format(", event {}", *event) : std::string());
    }
    return place + what;
}

} // namespace knhk::tools
