// SPDX-License-Identifier: MIT
#include "arch/linux/linux_platform.hpp"

#include <fmt/format.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <ctime>

#include "arch/linux/failure.hpp"
#include "arch/linux/faults.hpp"
#include "arch/linux/harts.hpp"
#include "arch/linux/watch.hpp"
#include KNHK_LINUX_MACHINE

namespace knhk::hosted {
namespace {

// Long enough for a reader on the same CPU to do something, short beside a full ring (16 MiB).
constexpr long RELAX_NANOSECONDS = 50'000;

std::atomic<u32> stop_asked = 0; // a word: less is not lock-free on every processor
static_assert(std::atomic<u32>::is_always_lock_free, "used in a signal handler");

void wait(const u32* word, u32 expected) {
    // The kernel compares and sleeps in one step, so a wake between the caller's look and this
    // call is not missed. Interrupted or changed already: the caller looks again.
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void wake(const u32* word) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

/// A turn of polling on a CPU that another hart needs: whoever is waited for may be that one.
void give_way() {
    syscall(SYS_sched_yield);
}

void relax() {
    // Not sched_yield: alone on its CPU that returns at once, and the hart would spin.
    const timespec pause{0, RELAX_NANOSECONDS};
    nanosleep(&pause, nullptr);
}

void console(const char* text, u64 size_bytes) {
    write_fully(STDERR_FILENO, text, size_bytes);
}

bool stop_requested() {
    return stop_asked.load(std::memory_order_relaxed) != 0;
}

void ask_for_stop(int) {
    stop_asked.store(1, std::memory_order_relaxed);
}

[[noreturn]] void exit_process(u32 status) {
    // The kernel keeps eight bits of a status: 256 must not come out as success.
    constexpr auto LAST = static_cast<u32>(EXIT_STATUS_LAST);
    _exit(static_cast<int>(status <= LAST ? status : static_cast<u32>(ExitStatus::RunFailed)));
}

void set_handler(int signal, void (*handler)(int)) {
    struct sigaction action{};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    if (sigaction(signal, &action, nullptr) != 0) {
        throw Failure{ExitStatus::Environment,
                      fmt::format("sigaction failed ({})", std::strerror(errno)), strsignal(signal),
                      "check the sandbox that the process runs in"};
    }
}

} // namespace

Platform linux_platform(u32 hart_count, u32 cpu_count) {
    return {
        .version = Platform::VERSION,
        .hart_count = hart_count,
        .current_hart = &this_hart,
        .start_hart = &start_hart,
        .pause = hart_count > cpu_count ? &give_way : &pause_processor,
        .wait = &wait,
        .wake = &wake,
        .relax = &relax,
        .cycles = &cycles_now,
        .console = &console,
        .stop_requested = &stop_requested,
        .on_fault = &set_fault_handler,
        .watch = &watch,
        .exit = &exit_process,
    };
}

u64 usable_instruction_sets() {
    return instruction_sets();
}

void install_operator_signals() {
    set_handler(SIGINT, &ask_for_stop);
    set_handler(SIGTERM, &ask_for_stop);
    // Whoever reads the console may go away; the log is what counts.
    set_handler(SIGPIPE, SIG_IGN);
}

void write_fully(int file, const char* text, std::size_t size) {
    while (size > 0) {
        const ssize_t written = write(file, text, size);
        if (written > 0) {
            text += written;
            size -= static_cast<std::size_t>(written);
            continue;
        }
        if (written < 0 && errno == EAGAIN) {
            // Somebody made the terminal or pipe non-blocking: wait for room.
            pollfd room{file, POLLOUT, 0};
            poll(&room, 1, -1);
        } else if (written == 0 || errno != EINTR) {
            return;
        }
    }
}

} // namespace knhk::hosted
