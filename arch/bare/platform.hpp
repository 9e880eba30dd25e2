// SPDX-License-Identifier: MIT
// The platform interface as bare machines fill it.
#pragma once

#include "arch/bare/firmware.hpp"

namespace knhk::bare {

/// Valid for ever; constant once the first hart enters the runtime.
[[nodiscard]] const BootInfo* make_boot_info(const Firmware& firmware, u32 hart_count);

} // namespace knhk::bare
