// SPDX-License-Identifier: MIT
// Exceptions of riscv64 as reports.
#include <array>
#include <cstddef>

#include "arch/bare/fault.hpp"
#include "arch/riscv64/cpu.hpp"

namespace knhk::bare {
namespace {

constexpr std::size_t REGISTERS = 31; // x0 is zero

/// As vectors.S stores it.
struct TrapFrame {
    u64 x[REGISTERS];
    u64 pc, status, cause, value;
    u64 unused;
    u64 floats[32];
    u64 float_control;
    u64 unused_end;
};
static_assert(offsetof(TrapFrame, pc) == KNHK_FRAME_PC);
static_assert(offsetof(TrapFrame, value) == KNHK_FRAME_VALUE);
static_assert(offsetof(TrapFrame, floats) == KNHK_FRAME_FLOATS);
static_assert(offsetof(TrapFrame, float_control) == KNHK_FRAME_FLOAT_CONTROL);
static_assert(sizeof(TrapFrame) == KNHK_FRAME_BYTES);

constexpr u64 CAUSE_INTERRUPT = u64{1} << 63;
constexpr u64 CAUSE_ILLEGAL_INSTRUCTION = 2;
constexpr u64 CAUSE_BREAKPOINT = 3;

constexpr std::array<const char*, 16> EXCEPTION_NAMES{
    "misaligned instruction", "instruction access fault",
    "illegal instruction",    "breakpoint",
    "misaligned load",        "load access fault",
    "misaligned store",       "store access fault",
    "call from user mode",    "call from supervisor mode",
    "reserved exception 10",  "call from machine mode",
    "instruction page fault", "load page fault",
    "reserved exception 14",  "store page fault",
};

constexpr std::array<const char*, REGISTERS> REGISTER_NAMES{
    "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0", "a1",
    "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5", "s6",
    "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

const char* name_of(u64 cause) {
    if ((cause & CAUSE_INTERRUPT) != 0) {
        return "unexpected interrupt";
    }
    return cause < EXCEPTION_NAMES.size() ? EXCEPTION_NAMES[cause] : "unknown exception";
}

void describe_registers(const TrapFrame& frame, FaultReport& report) {
    std::array<FaultReport::Register, REGISTERS + 4> registers{};
    for (std::size_t i = 0; i < REGISTERS; ++i) {
        registers[i] = {REGISTER_NAMES[i], frame.x[i]};
    }
    registers[REGISTERS] = {"pc", frame.pc};
    registers[REGISTERS + 1] = {"sstatus", frame.status};
    registers[REGISTERS + 2] = {"stval", frame.value};
    registers[REGISTERS + 3] = {"satp", read_satp()};
    static_assert(registers.size() <= FaultReport::REGISTERS_MAX);
    set_registers(report, registers);
}

/// The value is an address, but for these two.
bool has_address(u64 cause) {
    return cause != CAUSE_ILLEGAL_INSTRUCTION && cause != CAUSE_BREAKPOINT;
}

FaultReport describe(const TrapFrame& frame) {
    FaultReport report{};
    report.what = name_of(frame.cause);
    report.vector = frame.cause & ~CAUSE_INTERRUPT;
    report.code = frame.cause == CAUSE_ILLEGAL_INSTRUCTION ? frame.value : 0; // the instruction
    report.address = has_address(frame.cause) ? frame.value : 0;
    report.pc = frame.pc;
    report.hart = current_hart();
    describe_registers(frame, report);
    return report;
}

} // namespace
} // namespace knhk::bare

/// From vectors.S, on the hart's fault stack.
extern "C" [[noreturn]] void fault_entry(const knhk::bare::TrapFrame* frame) {
    knhk::bare::report_fault(knhk::bare::describe(*frame));
}
