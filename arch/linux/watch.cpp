// SPDX-License-Identifier: MIT
#include "arch/linux/watch.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

#include "arch/linux/failure.hpp"

namespace knhk::hosted {
namespace {

using Look = void (*)();
std::atomic<Look> look_at_run = nullptr;
static_assert(std::atomic<Look>::is_always_lock_free, "used in a signal handler");

// Not an alarm(): those survive an exec, and one that somebody set for this process is his.
int watch_signal() {
    return SIGRTMIN;
}

void on_watch_signal(int) {
    // Pairs with the release in watch: what the image prepared for its look.
    const Look look = look_at_run.load(std::memory_order_acquire);
    if (look != nullptr) {
        look();
    }
}

[[noreturn]] void fail_call(const char* call, int error) {
    throw Failure{ExitStatus::Environment, fmt::format("{} failed ({})", call, strerror(error)),
                  "the watch's signal", "check the sandbox that the process runs in"};
}

} // namespace

void take_watch_signal() {
    struct sigaction action{};
    action.sa_handler = &on_watch_signal;
    action.sa_flags = SA_RESTART;
    if (sigaction(watch_signal(), &action, nullptr) != 0) {
        fail_call("sigaction", errno);
    }
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, watch_signal());
    const int error = pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    if (error != 0) {
        fail_call("pthread_sigmask", error);
    }
}

bool watch(u32 milliseconds, void (*look)()) {
    static timer_t timer;
    static bool has_timer = false;
    if (has_timer) {
        timer_delete(timer);
        has_timer = false;
    }
    // Pairs with the acquire in on_watch_signal.
    look_at_run.store(milliseconds == 0 ? nullptr : look, std::memory_order_release);
    if (milliseconds == 0) {
        return true;
    }
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = watch_signal();
    has_timer = timer_create(CLOCK_MONOTONIC, &event, &timer) == 0;
    const timespec period{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
    const itimerspec every{period, period};
    return has_timer && timer_settime(timer, 0, &every, nullptr) == 0;
}

} // namespace knhk::hosted
