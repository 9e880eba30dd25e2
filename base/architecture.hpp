// SPDX-License-Identifier: MIT
// The architectures that there can be images for: one table, from which command lines, file names
// and checks are made. What each of them does lies in arch/.
#pragma once

#include <array>
#include <string_view>

#include "base/error.hpp"
#include "base/types.hpp"

namespace knhk {

enum class Architecture : u8 { X86_64, AARCH64, RISCV64 };

struct ArchitectureFacts {
    Architecture architecture;
    std::string_view name; ///< as Meson, the kernel and people spell it
    u16 elf_machine;       ///< e_machine of its images
};

inline constexpr std::array ARCHITECTURES{
    ArchitectureFacts{Architecture::X86_64, "x86_64", 62},
    ArchitectureFacts{Architecture::AARCH64, "aarch64", 183},
    ArchitectureFacts{Architecture::RISCV64, "riscv64", 243},
};

constexpr std::string_view name_of(Architecture architecture) {
    return ARCHITECTURES[static_cast<std::size_t>(architecture)].name;
}

constexpr u16 elf_machine_of(Architecture architecture) {
    return ARCHITECTURES[static_cast<std::size_t>(architecture)].elf_machine;
}

constexpr Result<Architecture> architecture_named(std::string_view name) {
    for (const ArchitectureFacts& facts : ARCHITECTURES) {
        if (facts.name == name) {
            return facts.architecture;
        }
    }
    return fail(Error::OutOfRange);
}

constexpr Result<Architecture> architecture_of_elf(u16 elf_machine) {
    for (const ArchitectureFacts& facts : ARCHITECTURES) {
        if (facts.elf_machine == elf_machine) {
            return facts.architecture;
        }
    }
    return fail(Error::OutOfRange);
}

static_assert(
    [] {
        for (std::size_t i = 0; i < ARCHITECTURES.size(); ++i) {
            if (static_cast<std::size_t>(ARCHITECTURES[i].architecture) != i) {
                return false;
            }
        }
        return true;
    }(),
    "in the order of the enumeration");

} // namespace knhk
