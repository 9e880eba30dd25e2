// SPDX-License-Identifier: MIT
// The cost table: what each operation of a task costs in virtual ticks. Part of a run's identity.
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
};
inline constexpr u32 OPERATION_COUNT = 10;

using CostTable = std::array<Tick, OPERATION_COUNT>;
inline constexpr CostTable COSTS{Tick{1}, Tick{1}, Tick{1}, Tick{1}, Tick{1},
                                 Tick{1}, Tick{1}, Tick{1}, Tick{1}, Tick{1}};

constexpr Tick cost_of(Operation operation) {
    return COSTS[static_cast<u8>(operation)];
}

} // namespace knhk
