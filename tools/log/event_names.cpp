// SPDX-License-Identifier: MIT
#include "tools/log/event_names.hpp"

#include <span>
#include <string_view>

#include <fmt/format.h>

namespace knhk::tools {

namespace {

constexpr std::string_view KINDS[] = {
    "", "TaskEnqueued", "TaskExecuted", "StateChange", "ExternalInput", "TaskStolen"};
constexpr std::string_view LEVELS[] = {"High", "Normal", "Low", "ordered"};
constexpr std::string_view STATUSES[] = {
    "Ok",          "QueueFull",  "EmitLimit", "InvalidTask", "InvalidTimestamp",
    "GuardFailed", "OverBudget", "Parked",    "StateDenied", "NoObservation"};

std::string named(u8 value, std::span<const std::string_view> names) {
    const bool is_known = value < names.size() && !names[value].empty();
    return is_known ? fmt::format("{} ({})", value, names[value]) : fmt::format("{}", value);
}

} // namespace

std::string kind_text(u8 kind) {
    return named(kind, KINDS);
}

std::string status_text(u8 kind, u8 status) {
    switch (static_cast<EventKind>(kind)) {
    case EventKind::TaskEnqueued:
    case EventKind::TaskStolen:
        return named(status, LEVELS);
    case EventKind::TaskExecuted:
        return named(status, STATUSES);
    case EventKind::StateChange:
    case EventKind::ExternalInput:
        break;
    }
    return named(status, {});
}

} // namespace knhk::tools
