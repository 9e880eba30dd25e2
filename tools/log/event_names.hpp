// SPDX-License-Identifier: MIT
// What the numbers in an event mean, for people (docs/log-format.md, Event).
#pragma once

#include <string>
#include <string_view>

#include "replay/event.hpp"
#include "replay/log_format.hpp"

namespace knhk::tools {

/// "TaskExecuted"; empty if the number means nothing.
[[nodiscard]] std::string_view kind_name(u8 kind);
/// "GuardFailed", "High"; what a status means depends on its event's kind.
[[nodiscard]] std::string_view status_name(u8 kind, u8 status);
/// "loaded"; empty for a snapshot that the workload numbers.
[[nodiscard]] std::string_view snapshot_name(u32 number);
/// "full", as --level spells it.
[[nodiscard]] std::string_view level_name(LogLevel level);

/// "2 (TaskExecuted)"; the number alone if it means nothing.
[[nodiscard]] std::string kind_text(u8 kind);
/// "5 (GuardFailed)"; what a status means depends on its event's kind.
[[nodiscard]] std::string status_text(u8 kind, u8 status);

} // namespace knhk::tools
