// SPDX-License-Identifier: MIT
// Which kernels the process uses.
#pragma once

#include "isa/kernel_table.hpp"

namespace knhk::capi {

/// Those that were selected last, or the best that this machine has.
[[nodiscard]] const KernelTable& kernels();

} // namespace knhk::capi
