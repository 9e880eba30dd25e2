// SPDX-License-Identifier: MIT
// The image's one entry, on every platform: worker 0 boots the run, then all workers work.
#include "kernel/boot.hpp"
#include "kernel/failure.hpp"
#include "kernel/watch.hpp"

namespace knhk {

namespace {

constinit Kernel kernel_;

bool stop_requested() {
    // The host stops a run through the drain, an operator through the platform.
    return drain_control(kernel_)->stop.load(std::memory_order_relaxed) != 0 ||
           kernel_.boot_info->platform->stop_requested();
}

void print_epoch(Beat next, const Digest& digest) {
    TextLine line;
    line.text("digest before beat ").number(next.raw).text(" is ").digest(digest);
    print_line(*kernel_.boot_info->platform, line);
}

void connect_host() {
    const Platform& platform = *kernel_.boot_info->platform;
    const bool to_console = kernel_.config.drain == DrainMode::Console;
    kernel_.host = {.pause = platform.pause,
                    .relax = platform.relax,
                    .wait = platform.wait,
                    .wake = platform.wake,
                    .stop_requested = stop_requested,
                    .cycles = platform.cycles,
                    .telemetry = kernel_.config.telemetry,
                    .epoch_ended = to_console ? print_epoch : nullptr,
                    .spins = kernel_.config.spins};
}

ExitStatus refuse(const BootError& error) {
    const Platform& platform = *kernel_.boot_info->platform;
    TextLine line;
    line.text("error: ").text(text_of(error.error)).text(": ").text(error.where);
    print_line(platform, line);
    return error.status;
}

/// The boot list.
ExitStatus boot_and_run() {
    const Platform& platform = *kernel_.boot_info->platform;
    kernel_.run.memory = Memory(reinterpret_cast<std::byte*>(REGIONS_BASE)); // the fixed map
    install_failure_reports(platform, kernel_.scheduler); // faults and panics say where
    if (auto read = read_config(kernel_); !read) {        // what is asked for
        return refuse(read.error());
    }
    connect_host();                             // waiting, waking, stopping
    if (auto set = set_up_run(kernel_); !set) { // handlers, latencies, inputs
        return refuse(set.error());
    }
    open_log(kernel_);                                // the identity is fixed from here on
    if (auto set = set_up_scheduler(kernel_); !set) { // or what a checkpoint held
        return refuse(set.error());
    }
    if (auto watched = start_watch(kernel_); !watched) { // a limit on beats, if one is asked for
        return refuse(watched.error());
    }
    kernel_.start_cycles = platform.cycles(); // telemetry
    start_workers(kernel_);                   // each enters below
    kernel_.scheduler.work(0);                // all beats
    stop_watch(kernel_);                      // no beat is left to look at
    report_result(kernel_);                   // digest and figures
    return ExitStatus::Ok;
}

} // namespace

} // namespace knhk

unsigned knhk_enter(const knhk::BootInfo* boot_info, unsigned worker) {
    using namespace knhk;
    if (worker != 0) {
        kernel_.scheduler.work(worker);
        return static_cast<unsigned>(ExitStatus::Ok);
    }
    if (!check_boot_info(boot_info)) {
        return static_cast<unsigned>(ExitStatus::Environment); // nothing to say it on
    }
    kernel_.boot_info = boot_info;
    const ExitStatus status = boot_and_run();
    print_exit(*boot_info->platform, status);
    return static_cast<unsigned>(status);
}
