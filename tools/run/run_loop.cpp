// SPDX-License-Identifier: MIT
#include "tools/run/run_loop.hpp"

#include <algorithm>
#include <csignal>

#include <poll.h>

#include "tools/run/interrupt.hpp"

namespace knhk::tools {

namespace {

using std::chrono::nanoseconds;

constexpr long IDLE_SLEEP_NS_MIN = 50'000;
constexpr long IDLE_SLEEP_NS_MAX = 200'000;
constexpr u32 IDLE_ROUNDS_MAX = 8; ///< until the longest sleep
constexpr std::chrono::seconds GRACE{2};

long idle_sleep_ns(u32 idle_rounds) {
    const long step = (IDLE_SLEEP_NS_MAX - IDLE_SLEEP_NS_MIN) / IDLE_ROUNDS_MAX;
    return IDLE_SLEEP_NS_MIN + step * std::min(idle_rounds, IDLE_ROUNDS_MAX);
}

u64 nanoseconds_of(std::chrono::steady_clock::duration duration) {
    return static_cast<u64>(std::chrono::duration_cast<nanoseconds>(duration).count());
}

} // namespace

RunLoop::RunLoop(PlatformRunner& runner, RunChannels& channels, Progress& progress,
                 u32 timeout_seconds)
    : runner_(runner), channels_(channels), progress_(progress), timeout_seconds_(timeout_seconds),
      started_at_(Clock::now()), process_(Process::start(runner.plan())) {}

RunObservation RunLoop::run() {
    while (true) {
        const std::optional<ProcessEnd> end = process_.poll_end();
        if (end) {
            finish(*end);
            return std::move(seen_);
        }
        open_drain();
        const bool drained = empty_drain(false);
        const bool is_busy = fill_intake() || drained;
        wait_for_news(is_busy);
        read_pipes();
        pass_on_interrupts();
        pass_on_checkpoint_requests();
        keep_time_limit();
        if (drain_ && drain_->has_started()) {
            progress_.show(drain_->beat(), drain_->tasks());
        }
    }
}

/// As soon as the machine says where it is.
void RunLoop::open_drain() {
    const std::span<std::byte> memory = drain_ ? std::span<std::byte>() : runner_.drain();
    if (memory.empty()) {
        return;
    }
    drain_.emplace(memory, channels_.log, channels_.checkpoints);
    if (!channels_.intake.empty()) {
        feeder_.emplace(memory, channels_.intake);
    }
}

bool RunLoop::empty_drain(bool take_all) {
    if (!drain_ || seen_.failure) {
        return false;
    }
    try {
        return drain_->step(take_all) > 0;
    } catch (const Failure& failure) {
        fail(failure);
        return false;
    }
}

bool RunLoop::fill_intake() {
    if (!feeder_ || seen_.failure) {
        return false;
    }
    try {
        return feeder_->step() > 0;
    } catch (const Failure& failure) {
        fail(failure);
        return false;
    }
}

/// The pipes wake this at once; shared memory cannot, so the sleep is short.
void RunLoop::wait_for_news(bool is_busy) {
    idle_rounds_ = is_busy ? 0 : idle_rounds_ + 1;
    pollfd pipes[2] = {{output_is_open_ ? process_.output() : -1, POLLIN, 0},
                       {errors_are_open_ ? process_.errors() : -1, POLLIN, 0}};
    const timespec sleep{0, is_busy ? 0 : idle_sleep_ns(idle_rounds_)};
    ::ppoll(pipes, 2, &sleep, nullptr);
}

void RunLoop::read_pipes() {
    if (output_is_open_) {
        output_is_open_ = console_reader_.read_from(
            process_.output(), [this](std::string_view line) { take_console_line(line); });
    }
    if (errors_are_open_ && process_.errors() >= 0) {
        errors_are_open_ = message_reader_.read_from(
            process_.errors(), [this](std::string_view line) { seen_.last_message = line; });
    }
}

void RunLoop::take_console_line(std::string_view line) {
    seen_.console.add_line(line);
    if (seen_.console.result() && seen_.elapsed_ns == 0) {
        // Without shared memory nobody sees the run begin: the boot counts too.
        seen_.elapsed_ns = nanoseconds_of(Clock::now() - started_at_);
    }
    try {
        runner_.watch_console(line);
    } catch (const Failure& failure) {
        fail(failure);
    }
}

/// The first asks for an end at a beat's edge, where the image can be asked; the second is an
/// order.
void RunLoop::pass_on_interrupts() {
    const unsigned count = interrupts();
    if (count == 0) {
        return;
    }
    const Clock::time_point now = Clock::now();
    if (!interrupted_at_) {
        interrupted_at_ = now;
        seen_.was_interrupted = true;
        if (!runner_.shares_memory()) {
            process_.send(SIGTERM);
        }
    }
    const bool can_be_asked = drain_ && drain_->has_started();
    if (can_be_asked) {
        drain_->request_stop();
    }
    if (count > 1 || (!can_be_asked && now >= *interrupted_at_ + GRACE)) {
        process_.send(SIGKILL);
    }
}

void RunLoop::pass_on_checkpoint_requests() {
    const unsigned requests = checkpoint_requests();
    if (requests != checkpoints_asked_ && drain_ && drain_->has_started()) {
        checkpoints_asked_ = requests;
        drain_->request_checkpoint();
    }
}

void RunLoop::keep_time_limit() {
    const Clock::time_point deadline = started_at_ + std::chrono::seconds(timeout_seconds_);
    const Clock::time_point now = Clock::now();
    if (now < deadline) {
        return;
    }
    if (now >= deadline + GRACE) {
        process_.send(SIGKILL);
    } else if (!seen_.passed_time_limit) {
        process_.send(SIGTERM);
    }
    seen_.passed_time_limit = true;
}

/// Nothing that comes after this can be believed: the process ends now.
void RunLoop::fail(const Failure& failure) {
    if (!seen_.failure) {
        seen_.failure = failure;
    }
    process_.send(SIGKILL);
}

void RunLoop::finish(const ProcessEnd& end) {
    seen_.end = end;
    read_pipes();
    console_reader_.finish([this](std::string_view line) { take_console_line(line); });
    message_reader_.finish([this](std::string_view line) { seen_.last_message = line; });
    open_drain();
    while (empty_drain(true)) {
    }
    if (!drain_) {
        return;
    }
    if (drain_->sink_failure() && !seen_.failure) {
        seen_.failure = drain_->sink_failure();
    }
    if (drain_->has_ended()) {
        seen_.report = drain_->report();
        seen_.drain_exit_status = drain_->exit_status();
        seen_.elapsed_ns = drain_->elapsed_ns();
    }
}

} // namespace knhk::tools
