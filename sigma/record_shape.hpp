// SPDX-License-Identifier: MIT
// Which fields an operation and a kind of guard look at. All others are 0, so that two records
// that mean the same are the same.
#pragma once

#include "isa/op_code.hpp"
#include "isa/sigma_tables.hpp"

namespace knhk {

struct HookShape {
    bool subject;
    bool object;
    bool threshold;
};

constexpr HookShape shape_of(OpCode op) {
    switch (op) {
    case OpCode::AskSp:
    case OpCode::SelectSp:
    case OpCode::UniqueSp:
        return {true, false, false};
    case OpCode::CountSpGe:
    case OpCode::CountSpLe:
    case OpCode::CountSpEq:
        return {true, false, true};
    case OpCode::AskSpo:
    case OpCode::ValidateDatatypeSp:
    case OpCode::ValidateDatatypeSpo:
        return {true, true, false};
    case OpCode::AskOp:
    case OpCode::CompareOEq:
    case OpCode::CompareOGt:
    case OpCode::CompareOLt:
    case OpCode::CompareOGe:
    case OpCode::CompareOLe:
    case OpCode::Construct8: // of every triple that it emits
        return {false, true, false};
    case OpCode::CountOpGe:
    case OpCode::CountOpLe:
    case OpCode::CountOpEq:
        return {false, true, true};
    }
    return {false, false, false};
}

struct SigmaGuardShape {
    bool word;
    bool custom;
    bool value;
};

constexpr bool is_known(SigmaGuardKind kind) {
    return kind <= SigmaGuardKind::Schema || kind == SigmaGuardKind::Custom;
}

constexpr SigmaGuardShape shape_of(SigmaGuardKind kind) {
    switch (kind) {
    case SigmaGuardKind::Carry:
    case SigmaGuardKind::Authorization:
        return {true, false, true};
    case SigmaGuardKind::Custom:
        return {false, true, false};
    case SigmaGuardKind::TickBudget:
    case SigmaGuardKind::Schema:
        break;
    }
    return {false, false, true};
}

} // namespace knhk
