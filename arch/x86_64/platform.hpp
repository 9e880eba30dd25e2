// SPDX-License-Identifier: MIT
// The platform interface as this machine fills it.
#pragma once

#include "arch/x86_64/firmware.hpp"

namespace knhk::x86 {

/// Valid for ever; constant once the first hart enters the runtime.
[[nodiscard]] const BootInfo* make_boot_info(const Firmware& firmware, u32 hart_count);

} // namespace knhk::x86
