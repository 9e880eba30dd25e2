// SPDX-License-Identifier: MIT
// The query operations' codes (docs/isa.md). Codes that are not here are reserved: an error.
#pragma once

#include "base/types.hpp"

namespace knhk {

enum class OpCode : u8 {
    AskSp = 1,
    CountSpGe = 2,
    AskSpo = 3,
    SelectSp = 4,
    CountSpLe = 5,
    CountSpEq = 6,
    AskOp = 7,
    UniqueSp = 8,
    CountOpGe = 9,
    CountOpLe = 10,
    CountOpEq = 11,
    CompareOEq = 12,
    CompareOGt = 13,
    CompareOLt = 14,
    CompareOGe = 15,
    CompareOLe = 16,
    ValidateDatatypeSp = 17,
    ValidateDatatypeSpo = 18,
    Construct8 = 32,
};
inline constexpr u32 OP_CODES_END = 33;
inline constexpr u32 BOOLEAN_OPS_END = 19;

/// Answers with true or false and nothing else.
constexpr bool is_boolean(OpCode code) {
    constexpr u32 CODES = ((u32{1} << BOOLEAN_OPS_END) - 1) & ~u32{1} &
                          ~(u32{1} << static_cast<u32>(OpCode::SelectSp));
    const u32 raw = static_cast<u32>(code);
    return raw < BOOLEAN_OPS_END && (CODES >> raw & 1) != 0;
}

constexpr bool is_defined(OpCode code) {
    return is_boolean(code) || code == OpCode::SelectSp || code == OpCode::Construct8;
}

} // namespace knhk
