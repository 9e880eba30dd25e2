// SPDX-License-Identifier: MIT
// The local APIC in its memory-mapped form: starting harts, waking them, its timer. Usable from the
// moment the final page tables are loaded, because only they map it.
#pragma once

#include "base/types.hpp"

namespace knhk::bare {

/// Identifiers above name no single hart in this mode.
inline constexpr u32 LOCAL_APIC_ID_MAX = 254;

/// The calling hart's identifier, without touching the APIC.
[[nodiscard]] u32 local_apic_id();

/// Where the processor has its registers.
[[nodiscard]] u64 local_apic_physical();

/// Counts down from `count` again and again; at 0 it interrupts the calling hart, if asked to, with
/// KNHK_WATCH_VECTOR. How fast it counts is the machine's matter.
void start_timer(u32 count, bool interrupts);
void stop_timer();
[[nodiscard]] u32 timer_count();

/// The interrupt that is being handled is done with: others may come.
void end_interrupt();

} // namespace knhk::bare
