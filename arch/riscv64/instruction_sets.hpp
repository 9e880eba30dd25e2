// SPDX-License-Identifier: MIT
// Which instruction sets a hart may use, by what firmware and Linux say of it.
#pragma once

#include <string_view>

#include "base/instruction_set.hpp"

namespace knhk::riscv64 {

/// Whether a text like "rv64imafdcv_zba" names V. Single letters come before all longer names,
/// which begin with s, x or z or behind a low line; V stands before the letters that old firmware
/// writes for the modes of privilege.
constexpr bool names_vectors(std::string_view extensions) {
    constexpr std::string_view BASE = "rv64";
    if (!extensions.starts_with(BASE)) {
        return false;
    }
    for (const char letter : extensions.substr(BASE.size())) {
        if (letter == 'v') {
            return true;
        }
        if (letter == '_' || letter == 's' || letter == 'x' || letter == 'z') {
            return false;
        }
    }
    return false;
}

/// Whether such a text names an extension of several letters: each stands behind a low line.
constexpr bool names_extension(std::string_view extensions, std::string_view name) {
    for (std::size_t at = extensions.find('_'); at != std::string_view::npos;
         at = extensions.find('_')) {
        extensions.remove_prefix(at + 1);
        if (extensions.substr(0, extensions.find('_')) == name) {
            return true;
        }
    }
    return false;
}

/// Bits of InstructionSet, of what Linux tells a process: a bit for each letter, and so none
/// for Zknh.
constexpr u64 instruction_sets_of(u64 hardware_capabilities) {
    constexpr u64 VECTORS = u64{1} << ('v' - 'a');
    return (hardware_capabilities & VECTORS) != 0 ? bit_of(InstructionSet::Rvv) : 0;
}

} // namespace knhk::riscv64
