// SPDX-License-Identifier: MIT
#include "qemu/machine.hpp"

#include <array>

#include <fmt/format.h>

namespace knhk::qemu {

namespace {

constexpr u64 GIB = u64{1} << 30;
constexpr u64 MIB = u64{1} << 20;

/// Images leave with 32 + status, so that no status looks like QEMU's own failures, which are 1, or
/// like a clean exit, which is 0.
constexpr int EXIT_VALUE_OF_STATUS_0 = 32;

/// The splits are those of QEMU's hw/i386 when max-ram-below-4g is not given.
constexpr Machine pc_like(std::string_view name, u64 split_from_bytes, u64 low_bytes) {
    return {.architecture = Architecture::X86_64,
            .name = name,
            .program = "qemu-system-x86_64",
            .package = "qemu-system-x86",
            .cpu = "max",
            .few_harts_max = 0,
            .few_harts_options = {},
            .many_harts_options = {},
            .exit_option = "-device",
            .exit_value = "isa-debug-exit,iobase=0xf4,iosize=0x04",
            // (value << 1) | 1 of the value that a guest writes.
            .exit_codes = {(EXIT_VALUE_OF_STATUS_0 << 1) | 1, 2},
            .takes_raw_image = false,
            .harts_max = 255,
            .ram_base = 0,
            .split_from_bytes = split_from_bytes,
            .low_bytes = low_bytes};
}

/// Its first interrupt controller knows eight harts. Semihosting passes a status on as it is.
constexpr Machine ARM_VIRT = {.architecture = Architecture::AARCH64,
                              .name = "virt",
                              .program = "qemu-system-aarch64",
                              .package = "qemu-system-arm",
                              .cpu = "max",
                              .few_harts_max = 8,
                              .few_harts_options = ",gic-version=2",
                              .many_harts_options = ",gic-version=3",
                              .exit_option = "-semihosting-config",
                              .exit_value = "enable=on,target=native",
                              .exit_codes = {EXIT_VALUE_OF_STATUS_0, 1},
                              .takes_raw_image = true,
                              .harts_max = CORES_MAX,
                              .ram_base = GIB,
                              .split_from_bytes = 0,
                              .low_bytes = 0};

/// Its test device passes a status on as it is. As many harts as its firmware, OpenSBI, has room
/// for.
constexpr Machine RISCV_VIRT = {.architecture = Architecture::RISCV64,
                                .name = "virt",
                                .program = "qemu-system-riscv64",
                                .package = "qemu-system-misc opensbi",
                                .cpu = "rv64",
                                .few_harts_max = 0,
                                .few_harts_options = {},
                                .many_harts_options = {},
                                .exit_option = {},
                                .exit_value = {},
                                .exit_codes = {EXIT_VALUE_OF_STATUS_0, 1},
                                .takes_raw_image = false,
                                .harts_max = 128,
                                .ram_base = 2 * GIB,
                                .split_from_bytes = 0,
                                .low_bytes = 0};

// The first of an architecture is the one that is taken when nobody names another.
constexpr std::array MACHINES = {
    pc_like("q35", 2816 * MIB, 2 * GIB),
    pc_like("pc", 3584 * MIB, 3 * GIB),
    pc_like("microvm", 3 * GIB, 3 * GIB),
    ARM_VIRT,
    RISCV_VIRT,
};

/// In QEMU's option lists a comma ends a value unless it is doubled.
std::string escape_commas(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        escaped.append(c == ',' ? 2 : 1, c);
    }
    return escaped;
}

void append_memory(std::vector<std::string>& arguments, const Boot& boot) {
    const u64 mebibytes = boot.memory_bytes / MIB;
    std::string machine(boot.machine->name);
    machine += boot.harts <= boot.machine->few_harts_max ? boot.machine->few_harts_options
                                                         : boot.machine->many_harts_options;
    if (!boot.memory_path.empty()) {
        machine += ",memory-backend=ram";
        arguments.insert(arguments.end(),
                         {"-object", fmt::format("memory-backend-file,id=ram,size={}M,"
                                                 "mem-path={},share=on",
                                                 mebibytes, escape_commas(boot.memory_path))});
    }
    arguments.insert(arguments.end(), {"-M", machine, "-m", fmt::format("{}M", mebibytes)});
}

} // namespace

std::span<const Machine> machines() {
    return MACHINES;
}

const Machine* find_machine(Architecture architecture, std::string_view name) {
    for (const Machine& machine : MACHINES) {
        if (machine.architecture == architecture && (name.empty() || machine.name == name)) {
            return &machine;
        }
    }
    return nullptr;
}

std::string machine_names(Architecture architecture) {
    std::string names;
    for (const Machine& machine : MACHINES) {
        if (machine.architecture == architecture) {
            names += fmt::format("{}{}", names.empty() ? "" : ", ", machine.name);
        }
    }
    return names;
}

std::vector<std::string> arguments_for(const Boot& boot) {
    std::vector<std::string> arguments{std::string(boot.machine->program)};
    append_memory(arguments, boot);
    // One thread a hart: TCG's other mode would run all harts by turns.
    const std::string cpu(boot.cpu.empty() ? boot.machine->cpu : boot.cpu);
    const bool is_tcg = boot.accelerator == "tcg";
    arguments.insert(arguments.end(), {"-accel", is_tcg ? "tcg,thread=multi" : boot.accelerator,
                                       "-cpu", cpu, "-smp", fmt::format("{}", boot.harts)});
    arguments.insert(arguments.end(), {"-display", "none", "-nodefaults", "-no-reboot", "-serial",
                                       "stdio", "-monitor", "none"});
    if (!boot.machine->exit_option.empty()) {
        arguments.insert(arguments.end(), {std::string(boot.machine->exit_option),
                                           std::string(boot.machine->exit_value)});
    }
    arguments.insert(arguments.end(), {"-kernel", boot.image_path, "-append", boot.command_line,
                                       "-initrd", boot.container_path});
    return arguments;
}

std::optional<u64> ram_file_offset(const Machine& machine, u64 memory_bytes, PhysicalSpan span) {
    const bool is_split = machine.split_from_bytes != 0 && memory_bytes >= machine.split_from_bytes;
    const u64 low_end = is_split ? machine.low_bytes : memory_bytes;
    const auto lies_in = [&span](u64 begin, u64 end) {
        return span.address >= begin && span.address <= end &&
               span.size_bytes <= end - span.address;
    };
    if (lies_in(machine.ram_base, machine.ram_base + low_end)) {
        return span.address - machine.ram_base;
    }
    const u64 high_size = memory_bytes - low_end;
    if (is_split && lies_in(4 * GIB, 4 * GIB + high_size)) {
        return low_end + (span.address - 4 * GIB);
    }
    return std::nullopt;
}

} // namespace knhk::qemu
