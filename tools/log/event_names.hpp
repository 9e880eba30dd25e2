// SPDX-License-Identifier: MIT
// What the numbers in an event mean, for people (docs/log-format.md, Event).
#pragma once

#include <string>

#include "replay/event.hpp"

namespace knhk::tools {

/// "2 (TaskExecuted)"; the number alone if it means nothing.
[[nodiscard]] std::string kind_text(u8 kind);
/// "5 (GuardFailed)"; what a status means depends on its event's kind.
[[nodiscard]] std::string status_text(u8 kind, u8 status);

} // namespace knhk::tools
