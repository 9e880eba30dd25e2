// SPDX-License-Identifier: MIT
// The kernels that the machine of a test can run.
#pragma once

#include <vector>

#include "isa/kernel_table.hpp"

namespace knhk::test {

/// The best first, the scalar one last.
[[nodiscard]] std::vector<const KernelTable*> usable_kernels();

} // namespace knhk::test
