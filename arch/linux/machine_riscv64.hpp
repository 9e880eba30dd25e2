// SPDX-License-Identifier: MIT
// What arch/linux needs to know of riscv64: the same names as for every other machine.
#pragma once

#include <elf.h>
#include <iterator>
#include <sys/auxv.h>
#include <ucontext.h>

#include "arch/platform.hpp"
#include "arch/riscv64/instruction_sets.hpp"

namespace knhk::hosted {

/// e_machine of images that run here.
inline constexpr u16 ELF_MACHINE = EM_RISCV;

/// The time: processes may not read the cycle counter on every kernel.
inline u64 cycles_now() {
    u64 value;
    asm volatile("rdtime %0" : "=r"(value));
    return value;
}

/// Of the extension Zihintpause; without it, it does nothing.
inline void pause_processor() {
    asm volatile(".insn i 0x0F, 0, x0, x0, 0x010" : : : "memory");
}

/// BootInfo::instruction_sets of this process.
inline u64 instruction_sets() {
    return riscv64::instruction_sets_of(getauxval(AT_HWCAP));
}

/// Fills pc and the registers as they were when the signal came.
inline void describe_registers(const ucontext_t& context, FaultReport& report) {
    // The kernel puts the program counter where x0 would be.
    static constexpr const char* NAMES[] = {
        "pc", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
        "a1", "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
        "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    };
    static_assert(std::size(NAMES) <= FaultReport::REGISTERS_MAX);
    const auto& registers = context.uc_mcontext.__gregs;
    report.pc = registers[REG_PC];
    report.register_count = 0;
    for (const char* name : NAMES) {
        report.registers[report.register_count] = {name, registers[report.register_count]};
        ++report.register_count;
    }
}

} // namespace knhk::hosted
