// SPDX-License-Identifier: MIT
// Exceptions of x86_64 as reports.
#include <array>

#include "arch/bare/exit.hpp"
#include "arch/bare/fault.hpp"
#include "arch/x86_64/cpu.hpp"

namespace knhk::bare {
namespace {

/// As vectors.S pushes it, lowest address first.
struct ExceptionFrame {
    u64 rax, rbx, rcx, rdx, rbp, rsi, rdi;
    u64 r8, r9, r10, r11, r12, r13, r14, r15;
    u64 vector, code;
    u64 rip, cs, rflags, rsp, ss;
};
static_assert(sizeof(ExceptionFrame) == 22 * sizeof(u64));

constexpr u64 VECTOR_NMI = 2;
constexpr u64 VECTOR_PAGE_FAULT = 14;

constexpr std::array<const char*, KNHK_EXCEPTION_VECTORS> EXCEPTION_NAMES{
    "divide error",
    "debug exception",
    "non-maskable interrupt",
    "breakpoint",
    "overflow",
    "bound range exceeded",
    "invalid opcode",
    "no floating point",
    "double fault",
    "coprocessor segment overrun",
    "invalid task state segment",
    "segment not present",
    "stack segment fault",
    "general protection",
    "page fault",
    "reserved exception 15",
    "x87 floating point",
    "alignment check",
    "machine check",
    "SIMD floating point",
    "virtualization exception",
    "control protection",
    "reserved exception 22",
    "reserved exception 23",
    "reserved exception 24",
    "reserved exception 25",
    "reserved exception 26",
    "reserved exception 27",
    "hypervisor injection",
    "VMM communication",
    "security exception",
    "reserved exception 31",
};

FaultReport describe(const ExceptionFrame& frame) {
    const FaultReport::Register registers[] = {
        {"rax", frame.rax},  {"rbx", frame.rbx},       {"rcx", frame.rcx},  {"rdx", frame.rdx},
        {"rsi", frame.rsi},  {"rdi", frame.rdi},       {"rbp", frame.rbp},  {"rsp", frame.rsp},
        {"r8", frame.r8},    {"r9", frame.r9},         {"r10", frame.r10},  {"r11", frame.r11},
        {"r12", frame.r12},  {"r13", frame.r13},       {"r14", frame.r14},  {"r15", frame.r15},
        {"rip", frame.rip},  {"rflags", frame.rflags}, {"cs", frame.cs},    {"ss", frame.ss},
        {"cr0", read_cr0()}, {"cr2", read_cr2()},      {"cr3", read_cr3()}, {"cr4", read_cr4()},
    };
    static_assert(std::size(registers) <= FaultReport::REGISTERS_MAX);
    FaultReport report{};
    report.what = EXCEPTION_NAMES[frame.vector % EXCEPTION_NAMES.size()];
    report.vector = frame.vector;
    report.code = frame.code;
    report.address = frame.vector == VECTOR_PAGE_FAULT ? read_cr2() : 0;
    report.pc = frame.rip;
    report.hart = current_hart();
    set_registers(report, registers);
    return report;
}

} // namespace
} // namespace knhk::bare

/// From vectors.S, on the hart's fault stack.
extern "C" [[noreturn]] void fault_entry(const knhk::bare::ExceptionFrame* frame) {
    using namespace knhk::bare;
    if (frame->vector == VECTOR_NMI && machine_has_ended()) {
        halt_forever(); // stop_other_harts
    }
    report_fault(describe(*frame));
}
