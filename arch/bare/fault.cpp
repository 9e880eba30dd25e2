// SPDX-License-Identifier: MIT
#include "arch/bare/fault.hpp"

#include <atomic>

#include "arch/bare/console.hpp"
#include "arch/bare/exit.hpp"
#include "arch/bare/machine.hpp"

namespace knhk::bare {
namespace {

constexpr u32 NO_HART = ~u32{0};

constinit std::atomic<FaultHandler> fault_handler{nullptr};
constinit std::atomic<u32> reporting_hart{NO_HART};

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

void set_registers(FaultReport& report, std::span<const FaultReport::Register> registers) {
    for (const FaultReport::Register& entry : registers) {
        if (report.register_count < FaultReport::REGISTERS_MAX) {
            report.registers[report.register_count++] = entry;
        }
    }
}

void report_fault(const FaultReport& report) {
    // One report, whole: a hart that faults while another reports has nothing to add, and a fault
    // within the report must not start it again. Relaxed: the value itself is all that is passed.
    u32 reporter = NO_HART;
    const bool first =
        reporting_hart.compare_exchange_strong(reporter, report.hart, std::memory_order_relaxed);
    if (!first && reporter != report.hart) {
        halt_forever();
    }
    // What ends the machine may be what faults: that is told once.
    static constinit std::atomic<bool> told_again{false};
    if (first) {
        deliver(report);
    } else if (told_again.load(std::memory_order_relaxed)) {
        halt_forever();
    } else {
        told_again.store(true, std::memory_order_relaxed);
        print(headline(report).text(" (while reporting a fault)"));
    }
    exit_machine(static_cast<u32>(ExitStatus::RunFailed));
}

} // namespace knhk::bare
