// SPDX-License-Identifier: MIT
// The steps between entering the image and the first beat, each a function that kernel/main.cpp
// calls once and in this order.
#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "arch/boot_info.hpp"
#include "kernel/console.hpp"
#include "kernel/run_config.hpp"
#include "kernel/script.hpp"
#include "replay/intake.hpp"
#include "replay/log_writer.hpp"
#include "sched/scheduler.hpp"

namespace knhk {

/// Everything of the one run that an image makes; a static object.
struct Kernel {
    const BootInfo* boot_info = nullptr;
    RunConfig config;
    RunSetup run;
    Host host{};
    LogWriter log;
    Scheduler scheduler;
    Script script; ///< of a workload file; its bytes stay in region::container
    bool runs_script = false;
    char workload_line[128] = {};
    std::span<const std::byte> workload_text; ///< that line, or the file as it was packed
    std::span<const std::byte> latencies;     ///< that were handed in; empty: the topology's
    std::span<const std::byte> identity;      ///< its bytes, and I
    Digest identity_hash;
    Intake intake;        ///< what the host puts in while the run goes on
    u64 start_cycles = 0; ///< telemetry
};

[[nodiscard]] inline DrainControl<>* drain_control(const Kernel& kernel) {
    return kernel.run.memory.as<DrainControl<>>(region::drain);
}

/// Why a run cannot begin: one line for the operator.
struct BootError {
    ExitStatus status;
    Error error;
    std::string_view where;
};
using BootResult = std::expected<void, BootError>;

[[nodiscard]] BootResult check_boot_info(const BootInfo* boot_info);
/// The command line, then the container's workload or workload file, then their relations.
[[nodiscard]] BootResult read_config(Kernel& kernel);
/// Kernels that the machine can run, handlers, latencies, guards and the workload's inputs.
[[nodiscard]] BootResult set_up_run(Kernel& kernel);
/// The identity is known, the drain is open, the log has begun.
void open_log(Kernel& kernel);
/// The scheduler is ready; of a run that goes on, its regions are filled.
[[nodiscard]] BootResult set_up_scheduler(Kernel& kernel);
void start_workers(const Kernel& kernel);
/// Figures for the operator and for whoever reads the drain.
void report_result(Kernel& kernel);

} // namespace knhk
