// SPDX-License-Identifier: MIT
#include "kernel/failure.hpp"

#include <atomic>

#include "base/check.hpp"
#include "kernel/console.hpp"

namespace knhk {

namespace {

constinit const Platform* platform_ = nullptr;
constinit const Scheduler* scheduler_ = nullptr;

/// " on hart H, core C, beat K", as far as it is known.
void append_place(TextLine& line, u32 hart) {
    line.text(" on hart ").number(hart);
    const Scheduler::Place place = scheduler_->place_of(hart);
    if (place.known) {
        line.text(", core ").number(place.core).text(", beat ").number(place.beat);
    }
}

/// No hart, and not what a platform calls a thread that is none.
constexpr u32 NOBODY = ~u32{0} - 1;

/// The hart that reports. Several may fail at once, by one cause: the first one speaks, so that the
/// line with the exit status is the last.
constinit std::atomic<u32> reporter_{NOBODY};

/// False when somebody reports already; `reporter` is then who. Relaxed: only who comes first
/// matters.
bool claim_report_for(u32 hart, u32& reporter) {
    reporter = NOBODY;
    return reporter_.compare_exchange_strong(reporter, hart, std::memory_order_relaxed);
}

/// Returns on the first hart to fail. The others wait for the end that it makes; a hart that fails
/// while it reports makes the end itself.
void become_reporter(u32 hart) {
    u32 reporter = NOBODY;
    if (claim_report_for(hart, reporter)) {
        return;
    }
    if (reporter == hart) {
        platform_->exit(static_cast<u32>(ExitStatus::RunFailed));
    }
    for (;;) {
        platform_->relax();
    }
}

void print_registers(const FaultReport& report) {
    constexpr u32 A_LINE = 4;
    for (u32 i = 0; i < report.register_count; i += A_LINE) {
        TextLine line;
        for (u32 j = i; j < i + A_LINE && j < report.register_count; ++j) {
            const FaultReport::Register& value = report.registers[j];
            line.text(j == i ? "  " : " ").text(value.name).text("=0x").hex(value.value, 16);
        }
        print_line(*platform_, line);
    }
}

void report_fault(const FaultReport& report) {
    become_reporter(report.hart);
    TextLine line;
    line.text("fault: ").text(report.what).text(" (vector ").number(report.vector);
    line.text(", code 0x").hex(report.code).text(") at pc 0x").hex(report.pc);
    line.text(", address 0x").hex(report.address);
    append_place(line, report.hart);
    print_line(*platform_, line);
    print_registers(report);
    end_failed_run(ExitStatus::RunFailed);
}

} // namespace

void install_failure_reports(const Platform& platform, const Scheduler& scheduler) {
    platform_ = &platform;
    scheduler_ = &scheduler;
    platform.on_fault(report_fault);
}

bool claim_report() {
    u32 reporter = NOBODY;
    return claim_report_for(platform_->current_hart(), reporter);
}

void end_failed_run(ExitStatus status) {
    print_exit(*platform_, status);
    platform_->exit(static_cast<u32>(status));
}

} // namespace knhk

extern "C" void knhk_panic(const char* file, unsigned line, const char* expected,
                           unsigned long long found) {
    using namespace knhk;
    if (platform_ == nullptr) {
        __builtin_trap(); // nothing to print on yet: let the machine report it
    }
    const u32 hart = platform_->current_hart();
    become_reporter(hart);
    TextLine text;
    text.text("panic: ").text(file).text(":").number(line).text(": expected ").text(expected);
    text.text(", found ").number(found);
    append_place(text, hart);
    print_line(*platform_, text);
    end_failed_run(ExitStatus::RunFailed);
}
