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
    State,  ///< each access to the core's state slab
    Output, ///< each setting of the output
};
inline constexpr u32 OPERATION_COUNT = 6;

using CostTable = std::array<Tick, OPERATION_COUNT>;
inline constexpr CostTable COSTS{Tick{1}, Tick{1}, Tick{1}, Tick{1}, Tick{1}, Tick{1}};

constexpr Tick cost_of(Operation operation) {
    return COSTS[static_cast<u8>(operation)];
}

} // namespace knhk
