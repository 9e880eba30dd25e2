// SPDX-License-Identifier: MIT
#include "kernel/watch.hpp"

#include "kernel/beat_limit.hpp"
#include "kernel/failure.hpp"
#include "kernel/program_table.hpp"

namespace knhk {

namespace {

constexpr u32 TASKS_NAMED_MAX = 4;

// A look is given nothing, so what it needs lies here. Written before the first look.
constinit const Kernel* kernel_ = nullptr;
constinit BeatWatch watch_{};
constinit HandlerName names_[HANDLERS_MAX] = {};
constinit std::span<const HandlerName> named_{};

HandlerFacts facts_of(HandlerId id) {
    HandlerFacts facts{"?", 0};
    // Read beside the worker that writes it, so it may be anything.
    if (id < HANDLERS_MAX && kernel_->run.handlers[id] != nullptr) {
        facts.address = reinterpret_cast<u64>(kernel_->run.handlers[id]);
    }
    for (const HandlerName& handler : named_) {
        if (handler.id == id) {
            facts.name = handler.name;
        }
    }
    return facts;
}

bool waits_for_host() {
    for (u32 worker = 0; worker < kernel_->config.workers; ++worker) {
        if (kernel_->scheduler.place_of(worker).waiting_for_host) {
            return true;
        }
    }
    return false;
}

void report(u64 beat) {
    const Platform& platform = *kernel_->boot_info->platform;
    u32 named = 0;
    for (u32 worker = 0; worker < kernel_->config.workers && named < TASKS_NAMED_MAX; ++worker) {
        const Scheduler::Place place = kernel_->scheduler.place_of(worker);
        if (place.in_task && place.beat == beat) {
            print_line(platform, late_task_line(place, watch_.limit_ms(), facts_of(place.handler)));
            ++named;
        }
    }
    if (named == 0) {
        print_line(platform, late_beat_line(beat, watch_.limit_ms()));
    }
}

/// Called by the platform, perhaps in the middle of a handler.
void look() {
    const Scheduler::Place place = kernel_->scheduler.place_of(0);
    if (!place.known || !watch_.look(place.beat, !waits_for_host())) {
        return;
    }
    // A run that fails already has nothing more to say.
    if (claim_report()) {
        report(place.beat);
        end_failed_run(ExitStatus::BeatTooLong);
    }
}

} // namespace

BootResult start_watch(const Kernel& kernel) {
    if (kernel.config.beat_limit_ms == 0) {
        return {};
    }
    kernel_ = &kernel;
    watch_ = BeatWatch(kernel.config.beat_limit_ms);
    named_ = list_handlers(names_);
    if (!kernel.boot_info->platform->watch(watch_.period_ms(), look)) {
        return std::unexpected(BootError{ExitStatus::Environment, Error::NoWatch, "beat-limit"});
    }
    return {};
}

void stop_watch(const Kernel& kernel) {
    if (kernel.config.beat_limit_ms != 0) {
        kernel.boot_info->platform->watch(0, nullptr);
    }
}

} // namespace knhk
