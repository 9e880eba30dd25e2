// SPDX-License-Identifier: MIT
// A look at the run every so often, whatever the harts are doing: the timer of hart 0's local APIC
// interrupts it, and nothing else of the machine does.
#pragma once

#include "base/types.hpp"

namespace knhk::x86 {

/// Where the ACPI timer is, by which the local APIC's is measured; 0: nowhere. Called at boot.
void set_reference_timer(u16 port);

/// Platform::watch.
bool watch(u32 milliseconds, void (*look)());

} // namespace knhk::x86
