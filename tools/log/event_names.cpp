// SPDX-License-Identifier: MIT
#include "tools/log/event_names.hpp"

#include <span>
#include <string_view>

#include <fmt/format.h>

namespace knhk::tools {

namespace {

constexpr std::string_view KINDS[] = {
    "",           "TaskEnqueued", "TaskExecuted", "StateChange", "ExternalInput",
    "TaskStolen", "Promotion",    "Commit"};
constexpr std::string_view LEVELS[] = {"High", "Normal", "Low", "ordered", "delta"};
constexpr std::string_view STATUSES[] = {
    "Ok",          "QueueFull",  "EmitLimit", "InvalidTask", "InvalidTimestamp",
    "GuardFailed", "OverBudget", "Parked",    "StateDenied", "NoObservation",
    "NoSnapshot",  "NoBranch",   "Waits",     "Swallowed"};
constexpr std::string_view DECISIONS[] = {"promoted", "refused", "damaged"};

std::string_view name_in(u8 value, std::span<const std::string_view> names) {
    return value < names.size() ? names[value] : std::string_view();
}

std::string named(u8 value, std::string_view name) {
    return name.empty() ? fmt::format("{}", value) : fmt::format("{} ({})", value, name);
}

} // namespace

std::string_view kind_name(u8 kind) {
    return name_in(kind, KINDS);
}

std::string_view snapshot_name(u32 number) {
    return number == SNAPSHOT_LOADED   ? "loaded"
           : number == SNAPSHOT_BEFORE ? "before"
                                       : std::string_view();
}

std::string_view status_name(u8 kind, u8 status) {
    switch (static_cast<EventKind>(kind)) {
    case EventKind::TaskEnqueued:
    case EventKind::TaskStolen:
        return name_in(status, LEVELS);
    case EventKind::TaskExecuted:
        return name_in(status, STATUSES);
    case EventKind::Promotion:
        return name_in(status, DECISIONS);
    case EventKind::StateChange:
    case EventKind::ExternalInput:
    case EventKind::Commit:
        break;
    }
    return {};
}

std::string_view level_name(LogLevel level) {
    constexpr std::string_view NAMES[] = {"digest", "inputs", "full"};
    return name_in(static_cast<u8>(level), NAMES);
}

std::string kind_text(u8 kind) {
    return named(kind, kind_name(kind));
}

std::string status_text(u8 kind, u8 status) {
    return named(status, status_name(kind, status));
}

} // namespace knhk::tools
