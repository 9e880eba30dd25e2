// SPDX-License-Identifier: MIT
// How urgent an operation is, and what it may cost: a function of its code and of how many rows it
// looks at, and of nothing that is measured.
#pragma once

#include "base/error.hpp"
#include "isa/op_code.hpp"
#include "isa/triple_run.hpp"

namespace knhk {

/// A class is above another one if it may take longer.
enum class RuntimeClass : u8 {
    R1 = 1, ///< hot: boolean operations over at most eight rows
    W1 = 2, ///< warm: operations that emit, and boolean ones over more rows
    C1 = 3, ///< cold: any operation over more rows than a warm one may have
};

inline constexpr u32 R1_ROWS_MAX = RUN_ROWS;
inline constexpr u32 W1_ROWS_MAX = 10'000;
/// How often what failed warm is tried again before it is an error.
inline constexpr u32 W1_RETRIES_MAX = 3;

/// In virtual ticks.
[[nodiscard]] constexpr Tick budget_of(RuntimeClass runtime_class) {
    constexpr Tick BUDGETS[] = {Tick{CHATMAN}, Tick{8 * CHATMAN}, Tick{64 * CHATMAN}};
    return BUDGETS[static_cast<u32>(runtime_class) - static_cast<u32>(RuntimeClass::R1)];
}
static_assert(budget_of(RuntimeClass::R1) == Tick{8});
static_assert(budget_of(RuntimeClass::W1) == Tick{64});
static_assert(budget_of(RuntimeClass::C1) == Tick{512});

/// `UnknownOperation` of a code that is none; never a default.
[[nodiscard]] constexpr Result<RuntimeClass> class_of(OpCode op, u64 rows) {
    if (!is_defined(op)) {
        return fail(Error::UnknownOperation);
    }
    if (rows > W1_ROWS_MAX) {
        return RuntimeClass::C1;
    }
    return is_boolean(op) && rows <= R1_ROWS_MAX ? RuntimeClass::R1 : RuntimeClass::W1;
}

} // namespace knhk
