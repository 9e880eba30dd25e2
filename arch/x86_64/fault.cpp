// SPDX-License-Identifier: MIT
#include "arch/x86_64/fault.hpp"

#include <array>
#include <atomic>

#include "arch/x86_64/console.hpp"
#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/descriptors.hpp"
#include "arch/x86_64/exit.hpp"
#include "arch/x86_64/layout.h"

namespace knhk::x86 {
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
constexpr u32 NO_HART = ~u32{0};

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

constinit std::atomic<FaultHandler> fault_handler{nullptr};
constinit std::atomic<u32> reporting_hart{NO_HART};

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
    for (const FaultReport::Register& entry : registers) {
        report.registers[report.register_count++] = entry;
    }
    return report;
}

TextLine headline(const FaultReport& report) {
    TextLine line;
    line.text("knhk: fault: ").text(report.what);
    line.text(" vector=").number(report.vector).text(" code=0x").hex(report.code);
    line.text(" address=0x").hex(report.address).text(" pc=0x").hex(report.pc);
    line.text(" hart=").number(report.hart);
    return line;
}

/// For faults before the kernel has registered its handler.
void print_report(const FaultReport& report) {
    static constexpr u32 REGISTERS_PER_LINE = 4;
    print(headline(report));
    for (u32 first = 0; first < report.register_count; first += REGISTERS_PER_LINE) {
        TextLine line;
        line.text("knhk:  ");
        for (u32 i = first; i < first + REGISTERS_PER_LINE && i < report.register_count; ++i) {
            const FaultReport::Register& entry = report.registers[i];
            line.text(" ").text(entry.name).text("=0x").hex(entry.value, 16);
        }
        print(line);
    }
}

void deliver(const FaultReport& report) {
    // Pairs with the release in set_fault_handler: what the handler reads was written before.
    const FaultHandler handler = fault_handler.load(std::memory_order_acquire);
    if (handler != nullptr) {
        handler(report);
    } else {
        print_report(report);
    }
}

} // namespace

void set_fault_handler(FaultHandler handler) {
    fault_handler.store(handler, std::memory_order_release);
}

} // namespace knhk::x86

/// From vectors.S, on the hart's fault stack.
extern "C" [[noreturn]] void fault_entry(const knhk::x86::ExceptionFrame* frame) {
    using namespace knhk;
    using namespace knhk::x86;
    if (frame->vector == VECTOR_NMI && machine_has_ended()) {
        halt_forever(); // stop_other_harts
    }
    // One report, whole: a hart that faults while another reports has nothing to add, and a fault
    // within the report must not start it again. Relaxed: the value itself is all that is passed.
    u32 reporter = NO_HART;
    const bool first =
        reporting_hart.compare_exchange_strong(reporter, current_hart(), std::memory_order_relaxed);
    if (!first && reporter != current_hart()) {
        halt_forever();
    }
    const FaultReport report = describe(*frame);
    if (first) {
        deliver(report);
    } else {
        print(headline(report).text(" (while reporting a fault)"));
    }
    exit_machine(static_cast<u32>(ExitStatus::RunFailed));
}
