// SPDX-License-Identifier: MIT
// The kernels of images for riscv64.
#include "isa/kernels.hpp"

namespace knhk {

namespace {

constexpr const KernelTable* TABLES[] = {&RVV_KERNELS, &SCALAR_KERNELS};

} // namespace

std::span<const KernelTable* const> kernel_tables() {
    return TABLES;
}

} // namespace knhk
