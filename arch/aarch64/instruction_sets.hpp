// SPDX-License-Identifier: MIT
// Which instruction sets a hart may use. NEON is part of the architecture.
#pragma once

#include "base/instruction_set.hpp"

namespace knhk::aarch64 {

/// BootInfo::instruction_sets, of ID_AA64ISAR0_EL1.
constexpr u64 instruction_sets_of_register(u64 id_aa64isar0) {
    constexpr u32 SHA2_SHIFT = 12;
    const bool has_sha2 = (id_aa64isar0 >> SHA2_SHIFT & 15) != 0;
    return bit_of(InstructionSet::Neon) | (has_sha2 ? SHA256_BIT : 0);
}

/// The same, of what Linux tells a process.
constexpr u64 instruction_sets_of(u64 hardware_capabilities) {
    constexpr u64 SHA2 = 1U << 6;
    const bool has_sha2 = (hardware_capabilities & SHA2) != 0;
    return bit_of(InstructionSet::Neon) | (has_sha2 ? SHA256_BIT : 0);
}

} // namespace knhk::aarch64
