// SPDX-License-Identifier: MIT
// What is taken from ACPI: which harts there are, and where its timer is. Boot code only.
#pragma once

#include <array>
#include <span>

#include "arch/x86_64/firmware.hpp"

namespace knhk::x86 {

struct HartTable {
    std::array<u8, CORES_MAX> apic_ids{}; ///< hart 0, the one that booted, first
    u32 count = 0;
    u64 local_apic = 0; ///< physical address of its registers
};

/// Right signature and checksum.
[[nodiscard]] bool is_root_pointer(std::span<const std::byte> bytes);

/// The harts that ACPI lists as enabled; only the calling one when it lists none.
[[nodiscard]] HartTable find_harts(const Firmware& firmware);

/// The port of the power management timer; 0 when ACPI names none.
[[nodiscard]] u16 find_acpi_timer(const Firmware& firmware);

} // namespace knhk::x86
