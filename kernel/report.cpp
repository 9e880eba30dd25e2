// SPDX-License-Identifier: MIT
// What a finished run tells: one line on the console, and the report beside the log's ring.
#include "isa/kernel_table.hpp"
#include "kernel/boot.hpp"

namespace knhk {

namespace {

/// What it ran on, as the machine itself has it: nobody asked for this on a command line.
void add_machine(const Kernel& kernel, TextLine& line) {
    const BootInfo& info = *kernel.boot_info;
    std::size_t size = 0;
    while (size < sizeof info.platform_name && info.platform_name[size] != '\0') {
        ++size;
    }
    line.text(" platform=").text({info.platform_name, size});
    line.text(" harts=").number(info.platform->hart_count);
    line.text(" isa=").text(kernel.run.kernels->name);
}

void print_result(const Kernel& kernel) {
    const RunState& result = kernel.scheduler.result();
    TextLine line;
    line.text("result beats=").number(result.beats_executed);
    line.text(" tasks=").number(result.tasks).text(" events=").number(result.events);
    line.text(" remote_messages=").number(result.remote_messages);
    line.text(" cores=").number(kernel.run.cores);
    line.text(" workers=").number(kernel.config.workers);
    line.text(" digest=").digest(kernel.scheduler.digest());
    line.text(" reason=").text(text_of(static_cast<EndReason>(result.end_reason)));
    add_machine(kernel, line);
    print_line(*kernel.boot_info->platform, line);
}

/// Averages in cycles of this machine: they say nothing about any other.
void print_telemetry(const Kernel& kernel) {
    const TelemetrySums& sums = kernel.scheduler.telemetry();
    TextLine line;
    line.text("telemetry beats=").number(sums.records[static_cast<u32>(TelemetryKind::Alone)]);
    line.text(" work=").number(sums.average(TelemetryKind::Beat));
    line.text(" barrier=").number(sums.average(TelemetryKind::Barrier));
    line.text(" alone=").number(sums.average(TelemetryKind::Alone));
    print_line(*kernel.boot_info->platform, line);
}

void fill_report(const Kernel& kernel, RunReport& report) {
    const RunState& result = kernel.scheduler.result();
    const Digest digest = kernel.scheduler.digest();
    report.beats = result.beats_executed;
    report.tasks = result.tasks;
    report.events = result.events;
    report.remote_messages = result.remote_messages;
    report.digest_low = digest.low;
    report.digest_high = digest.high;
    report.cycles = kernel.boot_info->platform->cycles() - kernel.start_cycles;
    report.cores = kernel.run.cores;
    report.workers = kernel.config.workers;
    report.end_reason = result.end_reason;
    for (u32 worker = 0; worker < kernel.config.workers; ++worker) {
        report.tasks_by_worker[worker] = kernel.scheduler.tasks_of_worker(worker);
    }
}

} // namespace

void report_result(Kernel& kernel) {
    if (kernel.config.telemetry) {
        print_telemetry(kernel);
    }
    print_result(kernel);
    if (kernel.config.drain != DrainMode::Shared) {
        return;
    }
    DrainControl<>* control = drain_control(kernel);
    fill_report(kernel, control->report);
    control->exit_status.store(static_cast<u32>(ExitStatus::Ok), std::memory_order_relaxed);
    control->enter(DrainPhase::Ended);
}

} // namespace knhk
