// SPDX-License-Identifier: MIT
#include "isa/kernels.hpp"

namespace knhk {

namespace {

/// Every processor of the architecture can run the scalar ones.
bool can_run(const KernelTable& kernels, u64 instruction_sets) {
    const u64 usable = instruction_sets | bit_of(InstructionSet::Scalar);
    return (usable & bit_of(kernels.set)) != 0;
}

} // namespace

const KernelTable& best_kernels(u64 instruction_sets) {
    for (const KernelTable* kernels : kernel_tables()) {
        if (can_run(*kernels, instruction_sets)) {
            return *kernels;
        }
    }
    return SCALAR_KERNELS;
}

const KernelTable* find_kernels(InstructionSet set, u64 instruction_sets) {
    for (const KernelTable* kernels : kernel_tables()) {
        if (kernels->set == set && can_run(*kernels, instruction_sets)) {
            return kernels;
        }
    }
    return nullptr;
}

} // namespace knhk
