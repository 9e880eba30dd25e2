// SPDX-License-Identifier: MIT
#include "tests/support/usable_kernels.hpp"

#include "isa/kernels.hpp"
#include KNHK_LINUX_MACHINE

namespace knhk::test {

std::vector<const KernelTable*> usable_kernels() {
    std::vector<const KernelTable*> usable;
    for (const KernelTable* kernels : kernel_tables()) {
        if (find_kernels(kernels->set, hosted::instruction_sets()) != nullptr) {
            usable.push_back(kernels);
        }
    }
    return usable;
}

std::vector<Sha256Code> usable_sha256() {
    std::vector<Sha256Code> usable{sha256_portable};
    if ((hosted::instruction_sets() & SHA256_BIT) != 0) {
        usable.push_back(SHA256_INSTRUCTIONS);
    }
    return usable;
}

std::vector<Xxh3Code> usable_xxh3() {
    std::vector<Xxh3Code> usable{XXH3_PORTABLE};
    // Of each instruction set alone: the best that it allows.
    for (const InstructionSet set : {InstructionSet::Avx2, InstructionSet::Avx512}) {
        const u64 bit = hosted::instruction_sets() & bit_of(set);
        if (bit != 0 && best_xxh3(bit) != XXH3_PORTABLE) {
            usable.push_back(best_xxh3(bit));
        }
    }
    return usable;
}

} // namespace knhk::test
