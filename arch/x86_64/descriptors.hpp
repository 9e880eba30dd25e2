// SPDX-License-Identifier: MIT
// Segments, task states and the interrupt table. The task register also says which hart this is.
#pragma once

#include "base/types.hpp"

namespace knhk::x86 {

/// Makes the interrupt table, once, before any hart loads it.
void make_interrupt_table();

/// Loads the tables into the calling hart, which from then on is `hart` and reports its faults.
void load_descriptors(u32 hart, u64 fault_stack_top);

/// Gives a hart that has loaded its descriptors another stack for faults.
void set_fault_stack(u32 hart, u64 fault_stack_top);

/// Platform::current_hart. Safe anywhere; 0 before load_descriptors, when only hart 0 runs C++.
[[nodiscard]] u32 current_hart();

} // namespace knhk::x86
