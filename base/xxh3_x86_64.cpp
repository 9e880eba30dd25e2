// SPDX-License-Identifier: MIT
#include "base/instruction_set.hpp"
#include "base/xxh3_code.hpp"

namespace knhk {

Xxh3Code best_xxh3(u64 instruction_sets) {
    if ((instruction_sets & bit_of(InstructionSet::Avx512)) != 0) {
        return XXH3_AVX512;
    }
    return (instruction_sets & bit_of(InstructionSet::Avx2)) != 0 ? XXH3_AVX2 : XXH3_PORTABLE;
}

} // namespace knhk
