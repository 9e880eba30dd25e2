// SPDX-License-Identifier: MIT
// What arch/linux needs to know of x86_64. The build names the file of its machine in
// KNHK_LINUX_MACHINE; a port adds a file with the same names.
#pragma once

#include <elf.h>
#include <iterator>
#include <ucontext.h>

#include "arch/platform.hpp"
#include "arch/x86_64/instruction_sets.hpp"

namespace knhk::hosted {

/// e_machine of images that run here.
inline constexpr u16 ELF_MACHINE = EM_X86_64;

inline u64 cycles_now() {
    return __builtin_ia32_rdtsc();
}

inline void pause_processor() {
    __builtin_ia32_pause();
}

/// BootInfo::instruction_sets of this process.
inline u64 instruction_sets() {
    return x86_64::instruction_sets();
}

/// Fills pc and the registers as they were when the signal came.
inline void describe_registers(const ucontext_t& context, FaultReport& report) {
    struct Source {
        const char* name;
        int index;
    };
    static constexpr Source SOURCES[] = {
        {"rax", REG_RAX}, {"rbx", REG_RBX},    {"rcx", REG_RCX},       {"rdx", REG_RDX},
        {"rsi", REG_RSI}, {"rdi", REG_RDI},    {"rbp", REG_RBP},       {"rsp", REG_RSP},
        {"r8", REG_R8},   {"r9", REG_R9},      {"r10", REG_R10},       {"r11", REG_R11},
        {"r12", REG_R12}, {"r13", REG_R13},    {"r14", REG_R14},       {"r15", REG_R15},
        {"rip", REG_RIP}, {"rflags", REG_EFL}, {"trapno", REG_TRAPNO}, {"error", REG_ERR},
        {"cr2", REG_CR2},
    };
    static_assert(std::size(SOURCES) <= FaultReport::REGISTERS_MAX);
    report.pc = static_cast<u64>(context.uc_mcontext.gregs[REG_RIP]);
    report.register_count = 0;
    for (const Source& source : SOURCES) {
        report.registers[report.register_count++] = {
            source.name, static_cast<u64>(context.uc_mcontext.gregs[source.index])};
    }
}

} // namespace knhk::hosted
