// SPDX-License-Identifier: MIT
// The instruction sets that query kernels are written in (docs/isa.md). A platform says by a bit
// for each which of them all harts may use; which one is used never shows in a log.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/types.hpp"

namespace knhk {

enum class InstructionSet : u8 {
    Scalar = 0, ///< what every processor of the architecture has: no platform has to say so
    Avx2 = 1,   ///< AVX2, BMI1, BMI2 and POPCNT
    Avx512 = 2, ///< those, and AVX-512 F, BW, DQ and VL
    Neon = 3,
    Rvv = 4, ///< RISC-V's V, version 1.0
};
inline constexpr u32 INSTRUCTION_SETS = 5;

constexpr u64 bit_of(InstructionSet set) {
    return u64{1} << static_cast<u32>(set);
}

/// Their lengths are known without a C library.
inline constexpr std::string_view INSTRUCTION_SET_NAMES[INSTRUCTION_SETS] = {
    "scalar", "avx2", "avx512", "neon", "rvv"};

/// Beside those: what base/sha256_*.cpp of the architecture needs. On x86_64 SHA, SSSE3 and SSE4.1,
/// on aarch64 SHA2, on riscv64 Zknh.
inline constexpr u64 SHA256_BIT = u64{1} << 32;
static_assert(INSTRUCTION_SETS <= 32);

constexpr const char* name_of(InstructionSet set) {
    return INSTRUCTION_SET_NAMES[static_cast<u32>(set)].data();
}

constexpr Result<InstructionSet> instruction_set_named(std::string_view name) {
    for (u32 i = 0; i < INSTRUCTION_SETS; ++i) {
        if (name == INSTRUCTION_SET_NAMES[i]) {
            return static_cast<InstructionSet>(i);
        }
    }
    return fail(Error::UnknownInstructionSet);
}

} // namespace knhk
