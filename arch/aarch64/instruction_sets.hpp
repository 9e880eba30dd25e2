// SPDX-License-Identifier: MIT
// Which instruction sets a hart may use. NEON is part of the architecture.
#pragma once

#include "base/instruction_set.hpp"

namespace knhk::aarch64 {

/// Bits of InstructionSet.
constexpr u64 instruction_sets() {
    return bit_of(InstructionSet::Neon);
}

} // namespace knhk::aarch64
