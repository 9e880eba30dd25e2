// SPDX-License-Identifier: MIT
// Exceptions of aarch64 as reports.
#include <array>
#include <cstddef>

#include "arch/aarch64/cpu.hpp"
#include "arch/bare/exit.hpp"
#include "arch/bare/fault.hpp"

extern "C" const std::byte semihosting_instruction[];

namespace knhk::bare {
namespace {

/// As vectors.S stores it.
struct ExceptionFrame {
    u64 x[31];
    u64 sp, pc, state, syndrome, address, vector, padding;
};
static_assert(sizeof(ExceptionFrame) == KNHK_EXCEPTION_FRAME_BYTES);
static_assert(offsetof(ExceptionFrame, pc) == 256 && offsetof(ExceptionFrame, vector) == 288);

// The vectors' kinds, by fours.
enum class Kind : u8 { SYNCHRONOUS = 0, INTERRUPT = 1, FAST_INTERRUPT = 2, SYSTEM_ERROR = 3 };

constexpr u64 INSTRUCTION_BYTES = 4;
constexpr u32 STATUS_CLASS_MASK = 0x3C; // without the level of the table

// Classes of synchronous exceptions, as ESR_EL1 has them.
constexpr u32 CLASS_UNKNOWN = 0x00;
constexpr u32 CLASS_INSTRUCTION_ABORT = 0x21;
constexpr u32 CLASS_DATA_ABORT = 0x25;

struct ClassName {
    u32 number;
    const char* name;
};
constexpr ClassName CLASS_NAMES[] = {
    {CLASS_UNKNOWN, "undefined instruction"},
    {0x07, "no floating point"},
    {0x0E, "illegal execution state"},
    {0x18, "trapped system register"},
    {0x22, "misaligned pc"},
    {0x26, "misaligned stack"},
    {0x2C, "floating point"},
    {0x2F, "system error"},
    {0x31, "breakpoint"},
    {0x33, "single step"},
    {0x35, "watchpoint"},
    {0x3C, "breakpoint instruction"},
};

u32 class_of(const ExceptionFrame& frame) {
    return frame.syndrome >> 26 & 0x3F;
}

bool is_abort(const ExceptionFrame& frame) {
    return class_of(frame) == CLASS_DATA_ABORT || class_of(frame) == CLASS_INSTRUCTION_ABORT;
}

/// Translation, access flag and permission: what other machines call a page fault.
const char* name_of_abort(const ExceptionFrame& frame) {
    switch (frame.syndrome & STATUS_CLASS_MASK) {
    case 0x00:
        return "address size fault";
    case 0x04:
    case 0x08:
    case 0x0C:
        return "page fault";
    case 0x20:
        return "misaligned access";
    default:
        return "external abort";
    }
}

const char* name_of(const ExceptionFrame& frame) {
    switch (static_cast<Kind>(frame.vector % 4)) {
    case Kind::INTERRUPT:
    case Kind::FAST_INTERRUPT:
        return "unexpected interrupt";
    case Kind::SYSTEM_ERROR:
        return "system error";
    case Kind::SYNCHRONOUS:
        break;
    }
    if (is_abort(frame)) {
        return name_of_abort(frame);
    }
    for (const ClassName& entry : CLASS_NAMES) {
        if (entry.number == class_of(frame)) {
            return entry.name;
        }
    }
    return "exception";
}

constexpr std::array NAMES = {"x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",
                              "x8",  "x9",  "x10", "x11", "x12", "x13", "x14", "x15",
                              "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
                              "x24", "x25", "x26", "x27", "x28", "x29", "x30"};
static_assert(NAMES.size() * sizeof(u64) == sizeof(ExceptionFrame::x));

FaultReport describe(const ExceptionFrame& frame) {
    FaultReport report{};
    report.what = name_of(frame);
    report.vector = frame.vector;
    report.code = frame.syndrome;
    report.address = is_abort(frame) ? frame.address : 0;
    report.pc = frame.pc;
    report.hart = current_hart();
    for (u32 i = 0; i < NAMES.size(); ++i) {
        const FaultReport::Register entry{NAMES[i], frame.x[i]};
        set_registers(report, {&entry, 1});
    }
    const std::array others = {
        FaultReport::Register{"sp", frame.sp},
        FaultReport::Register{"pc", frame.pc},
        FaultReport::Register{"spsr", frame.state},
        FaultReport::Register{"esr", frame.syndrome},
        FaultReport::Register{"far", frame.address},
        FaultReport::Register{"sctlr", KNHK_READ_REGISTER("sctlr_el1")},
        FaultReport::Register{"ttbr0", KNHK_READ_REGISTER("ttbr0_el1")},
        FaultReport::Register{"tcr", KNHK_READ_REGISTER("tcr_el1")},
    };
    static_assert(NAMES.size() + others.size() <= FaultReport::REGISTERS_MAX);
    set_registers(report, others);
    return report;
}

/// Nobody takes semihosting's calls here.
bool is_semihosting(const ExceptionFrame& frame) {
    return class_of(frame) == CLASS_UNKNOWN &&
           frame.pc == reinterpret_cast<u64>(semihosting_instruction);
}

} // namespace
} // namespace knhk::bare

/// From vectors.S, on the hart's fault stack. Returns to semihosting_call alone.
extern "C" void fault_entry(knhk::bare::ExceptionFrame* frame) {
    using namespace knhk::bare;
    if (is_semihosting(*frame)) {
        frame->pc += INSTRUCTION_BYTES;
        return;
    }
    report_fault(describe(*frame));
}
