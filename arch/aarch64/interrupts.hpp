// SPDX-License-Identifier: MIT
// The interrupt controller (GIC, second or third version): waking harts, the timer's interrupt.
// Usable from the moment the final page tables are loaded, because only they map it.
#pragma once

#include <array>

#include "arch/bare/machine.hpp"

namespace knhk::bare {

/// How many harts it can interrupt.
[[nodiscard]] u32 interruptible_harts_max();

inline constexpr u32 GIC_WINDOWS_MAX = 6;
struct GicWindows {
    std::array<DeviceWindow, GIC_WINDOWS_MAX> windows{};
    u32 count = 0;
};
/// Its registers, for the final tables.
[[nodiscard]] const GicWindows& interrupt_windows();

/// Lets one of the calling hart's own interrupts through.
void allow_interrupt(u32 number);

// watch.cpp

/// The number of the timer's interrupt.
[[nodiscard]] u32 timer_interrupt_number();
/// It came: sets the timer again.
void take_timer_interrupt();

} // namespace knhk::bare
