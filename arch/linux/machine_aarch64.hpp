// SPDX-License-Identifier: MIT
// What arch/linux needs to know of aarch64. The build names the file of its machine in
// KNHK_LINUX_MACHINE; a port adds a file with the same names.
#pragma once

#include <array>
#include <elf.h>
#include <sys/auxv.h>
#include <ucontext.h>

#include "arch/platform.hpp"
#include "arch/aarch64/instruction_sets.hpp"

namespace knhk::hosted {

/// e_machine of images that run here.
inline constexpr u16 ELF_MACHINE = EM_AARCH64;

/// The counter that all processors share; the kernel lets processes read it.
inline u64 cycles_now() {
    u64 count;
    asm volatile("mrs %0, cntvct_el0" : "=r"(count) : : "memory");
    return count;
}

inline void pause_processor() {
    asm volatile("yield" : : : "memory");
}

/// BootInfo::instruction_sets of this process.
inline u64 instruction_sets() {
    return aarch64::instruction_sets_of(getauxval(AT_HWCAP));
}

/// Fills pc and the registers as they were when the signal came.
inline void describe_registers(const ucontext_t& context, FaultReport& report) {
    static constexpr std::array NAMES = {
        "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10",
        "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",
        "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
    };
    static_assert(NAMES.size() + 4 <= FaultReport::REGISTERS_MAX);
    const mcontext_t& machine = context.uc_mcontext;
    report.pc = machine.pc;
    report.register_count = 0;
    const auto add = [&report](const char* name, u64 value) {
        report.registers[report.register_count++] = {name, value};
    };
    for (std::size_t i = 0; i < NAMES.size(); ++i) {
        add(NAMES[i], machine.regs[i]);
    }
    add("sp", machine.sp);
    add("pc", machine.pc);
    add("pstate", machine.pstate);
    add("fault", machine.fault_address);
}

} // namespace knhk::hosted
