// SPDX-License-Identifier: MIT
// The machines that KNHK runs on under QEMU: what QEMU is asked for, and where a guest's RAM lies
// in the file that backs it. Only text and numbers; tools/run/qemu_runner.cpp starts the process.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/architecture.hpp"
#include "base/types.hpp"

namespace knhk::qemu {

/// What QEMU ends with when the image leaves with status 0, and how far the codes of two statuses
/// are apart.
struct ExitCodes {
    int of_status_0;
    int step;
};

/// One of QEMU's machine types.
struct Machine {
    Architecture architecture;
    std::string_view name; ///< as -M takes it
    std::string_view program;
    std::string_view package; ///< Debian's, which has the program
    std::string_view cpu;     ///< as -cpu takes it, when nobody asks for another
    /// Behind the name: for so few harts as the smaller interrupt controller knows, and for more.
    u32 few_harts_max;
    std::string_view few_harts_options;
    std::string_view many_harts_options;
    /// How the image leaves with a status: its device, or what switches semihosting on. Empty: the
    /// machine has what it takes.
    std::string_view exit_option;
    std::string_view exit_value;
    ExitCodes exit_codes;
    bool takes_raw_image; ///< of an ELF file QEMU would not pass the container on
    u32 harts_max;
    u64 ram_base; ///< physical address of the first byte of RAM
    /// RAM of at least `split_from_bytes` lies in two parts: `low_bytes` from `ram_base`, the rest
    /// from 4 GiB. 0: never.
    u64 split_from_bytes;
    u64 low_bytes;
};

[[nodiscard]] std::span<const Machine> machines();
/// None when QEMU knows no such machine, or we do not. An empty name: the architecture's first.
[[nodiscard]] const Machine* find_machine(Architecture architecture, std::string_view name = {});
/// "q35, pc, microvm".
[[nodiscard]] std::string machine_names(Architecture architecture);

/// One boot of an image.
struct Boot {
    const Machine* machine;
    std::string accelerator; ///< "tcg" or "kvm"
    std::string cpu;         ///< empty: the machine's
    u32 harts;
    u64 memory_bytes;
    std::string memory_path; ///< file that backs the RAM and is shared; empty: private memory
    std::string image_path;
    std::string container_path;
    std::string command_line; ///< the image's
};

/// QEMU's arguments, the program first.
[[nodiscard]] std::vector<std::string> arguments_for(const Boot& boot);

/// Guest memory by physical addresses.
struct PhysicalSpan {
    u64 address;
    u64 size_bytes;
};

/// The offset in the backing file of a span of guest RAM; none when it is not all in one part.
[[nodiscard]] std::optional<u64> ram_file_offset(const Machine& machine, u64 memory_bytes,
                                                 PhysicalSpan span);

} // namespace knhk::qemu
