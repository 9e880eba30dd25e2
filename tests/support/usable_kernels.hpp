// SPDX-License-Identifier: MIT
// The kernels, and the ways to hash, that the machine of a test can run.
#pragma once

#include <vector>

#include "base/sha256_code.hpp"
#include "base/xxh3_code.hpp"
#include "isa/kernel_table.hpp"

namespace knhk::test {

/// The best first, the scalar one last.
[[nodiscard]] std::vector<const KernelTable*> usable_kernels();
/// The portable one first.
[[nodiscard]] std::vector<Sha256Code> usable_sha256();
[[nodiscard]] std::vector<Xxh3Code> usable_xxh3();

} // namespace knhk::test
