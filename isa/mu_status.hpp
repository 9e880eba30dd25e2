// SPDX-License-Identifier: MIT
// What can be wrong with a query or with the tables that it comes from: values, never a crash.
#pragma once

#include "base/types.hpp"

namespace knhk {

enum class MuStatus : u8 {
    Ok = 0,
    GuardFailed = 1,      ///< no hook ran
    OverBudget = 2,       ///< the step that was too much did not happen
    UnknownOperation = 3, ///< an operation code that is not defined
    RunTooLong = 4,       ///< of more than eight rows
    NoTask = 5,           ///< a number that names no task of the snapshot
    NoPattern = 6,        ///< no pattern, one without a rule, or one of another cost
    NoGuard = 7,          ///< no guard, or of no kind or word that there is
    NoHook = 8,
    NoRun = 9, ///< a number that names no run
};

constexpr const char* text_of(MuStatus status) {
    switch (status) {
    case MuStatus::Ok:
        return "ok";
    case MuStatus::GuardFailed:
        return "a guard did not pass";
    case MuStatus::OverBudget:
        return "over budget";
    case MuStatus::UnknownOperation:
        return "no such operation (docs/isa.md lists them)";
    case MuStatus::RunTooLong:
        return "a run of more than 8 rows";
    case MuStatus::NoTask:
        return "no such task in the snapshot";
    case MuStatus::NoPattern:
        return "no such pattern, or one without a rule";
    case MuStatus::NoGuard:
        return "no such guard in the snapshot";
    case MuStatus::NoHook:
        return "no such hook in the snapshot";
    case MuStatus::NoRun:
        return "no such run";
    }
    return "unknown status";
}

} // namespace knhk
