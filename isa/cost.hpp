// SPDX-License-Identifier: MIT
// What each operation of a task costs in virtual ticks, and each step of one that follows a
// snapshot. Part of a run's identity.
#pragma once

#include <array>

#include "base/types.hpp"

namespace knhk {

enum class Operation : u8 {
    Execute, ///< each task, once
    Spawn,
    Send,
    Random,
    State,  ///< each access to the core's state slab, for reading or for changing
    Output, ///< each setting of the output
    Guard,  ///< each guard that is evaluated
    Order,
    Observe,
    Work, ///< each tick that a handler asks for
    Promote,
};
inline constexpr u32 OPERATION_COUNT = 11;

using CostTable = std::array<Tick, OPERATION_COUNT>;
inline constexpr CostTable COSTS{Tick{1}, Tick{1}, Tick{1}, Tick{1}, Tick{1}, Tick{1},
                                 Tick{1}, Tick{1}, Tick{1}, Tick{1}, Tick{1}};

constexpr Tick cost_of(Operation operation) {
    return COSTS[static_cast<u8>(operation)];
}

/// The steps of a task that follows a snapshot (docs/isa.md). What dispatching costs, a pattern
/// says (isa/pattern.hpp); that the task executes at all, the scheduler charges.
enum class MuOperation : u8 {
    LoadSigma,
    EvalGuard, ///< each
    ReadObservation,
    RunBoolean, ///< a kernel that answers
    RunRows,    ///< one that emits rows
    WriteReceipt,
    CheckBudget,
};
inline constexpr u32 MU_OPERATION_COUNT = 7;
inline constexpr std::array<Tick, MU_OPERATION_COUNT> MU_COSTS{Tick{1}, Tick{1}, Tick{1}, Tick{1},
                                                               Tick{7}, Tick{1}, Tick{0}};

constexpr Tick cost_of(MuOperation operation) {
    return MU_COSTS[static_cast<u8>(operation)];
}

/// All of them, as the identity lists them (docs/log-format.md).
inline constexpr std::array<Tick, OPERATION_COUNT + MU_OPERATION_COUNT> ALL_COSTS = [] {
    std::array<Tick, OPERATION_COUNT + MU_OPERATION_COUNT> all{};
    for (u32 i = 0; i < OPERATION_COUNT; ++i) {
        all[i] = COSTS[i];
    }
    for (u32 i = 0; i < MU_OPERATION_COUNT; ++i) {
        all[OPERATION_COUNT + i] = MU_COSTS[i];
    }
    return all;
}();

} // namespace knhk
