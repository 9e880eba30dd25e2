// SPDX-License-Identifier: MIT
// The harts: how many there are, starting them, and what each of them does.
#pragma once

#include "arch/x86_64/acpi.hpp"

namespace knhk::x86 {

/// Keeps what the later calls need; before any of them.
void set_harts(const HartTable& harts, const BootInfo* boot_info, u64 page_tables);

/// Puts the code at which harts start into its page, while boot code still reaches that page.
/// Refuses a machine with several harts where this page is not free RAM.
void copy_trampoline(const Firmware& firmware, const HartTable& harts);

[[nodiscard]] u32 apic_id_of(u32 hart);

/// Platform::start_hart.
void start_hart(u32 hart);

} // namespace knhk::x86
