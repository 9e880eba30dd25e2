// SPDX-License-Identifier: MIT
#include "arch/linux/harts.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <ctime>
#include <exception>
#include <memory>

#include "arch/linux/cpu_binding.hpp"
#include "arch/linux/failure.hpp"
#include "arch/linux/faults.hpp"
#include "arch/linux/linux_platform.hpp"
#include "base/text.hpp"

namespace knhk::hosted {
namespace {

constexpr std::size_t STACK_BYTES = 256 * 1024;
// Above one page: an image may come from elsewhere, and a large frame may step over a page.
constexpr std::size_t STACK_GUARD_BYTES = 64 * 1024;
constexpr std::time_t END_MAX_SECONDS = 5;

enum class HartState : u32 {
    Preparing, ///< binding itself
    Unusable,  ///< it could not; `why` says so
    Parked,    ///< ready; the image has not asked for it
    Running,   ///< it was let into the image
    Ended,     ///< the image returned
    Dismissed, ///< the run ended before the image asked for it
};

struct Hart {
    pthread_t thread{};
    unsigned cpu = 0;
    FaultStack fault_stack;
    std::exception_ptr why;
    unsigned status = 0;
    std::atomic<HartState> state = HartState::Preparing;
};

// The platform's functions carry no context, so the process has one set of harts.
struct HartTable {
    std::array<std::unique_ptr<Hart>, CORES_MAX> harts;
    u32 count = 0;
    ImageEntry entry = nullptr;
    const BootInfo* boot_info = nullptr;
};
// Never destroyed: parked threads wait on it until the process ends.
HartTable& table = *new HartTable;
thread_local u32 hart_of_thread = NO_HART;

void change_state(Hart& hart, HartState state) {
    // Pairs with the acquires of whoever waits: what the hart wrote before comes first.
    hart.state.store(state, std::memory_order_release);
    hart.state.notify_all();
}

/// What the hart needs before it may touch the image's memory; false when it did not get it.
bool prepare(Hart& hart) {
    try {
        bind_this_thread(hart.cpu);
        hart.fault_stack.use();
    } catch (...) {
        hart.why = std::current_exception();
        return false;
    }
    return true;
}

void* hart_main(void* argument) {
    const auto number = static_cast<u32>(reinterpret_cast<std::uintptr_t>(argument));
    Hart& hart = *table.harts[number];
    hart_of_thread = number;
    if (!prepare(hart)) {
        change_state(hart, HartState::Unusable);
        return nullptr;
    }
    change_state(hart, HartState::Parked);
    hart.state.wait(HartState::Parked, std::memory_order_acquire);
    if (hart.state.load(std::memory_order_acquire) == HartState::Running) {
        hart.status = table.entry(table.boot_info, number);
        change_state(hart, HartState::Ended);
    }
    return nullptr;
}

/// Thread attributes as a value that frees itself.
struct ThreadAttributes {
    pthread_attr_t raw;
    ThreadAttributes() {
        pthread_attr_init(&raw);
        pthread_attr_setstacksize(&raw, STACK_BYTES + STACK_GUARD_BYTES);
        pthread_attr_setguardsize(&raw, STACK_GUARD_BYTES);
    }
    ~ThreadAttributes() { pthread_attr_destroy(&raw); }
    ThreadAttributes(const ThreadAttributes&) = delete;
    ThreadAttributes& operator=(const ThreadAttributes&) = delete;
};

/// Threads made while it lives take no signals but faults: operators' go to the main thread.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        leave_faults_unblocked(all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t before_;
};

/// Gives the error number of pthread_create.
int create_hart(u32 number, unsigned cpu) {
    table.harts[number] = std::make_unique<Hart>();
    Hart& hart = *table.harts[number];
    hart.cpu = cpu;
    const ThreadAttributes attributes;
    const SignalsBlocked blocked;
    void* argument = reinterpret_cast<void*>(std::uintptr_t{number});
    return pthread_create(&hart.thread, &attributes.raw, &hart_main, argument);
}

void wait_until_prepared() {
    for (u32 number = 0; number < table.count; ++number) {
        table.harts[number]->state.wait(HartState::Preparing, std::memory_order_acquire);
    }
}

[[noreturn]] void end_for_image_bug(const char* what, u32 worker) {
    TextLine line;
    line.text("knhk-loader: error: ").text(what).text(": worker ").number(worker);
    line.text(": report it as a bug of the image\n");
    write_fully(STDERR_FILENO, line.view().data(), line.view().size());
    _exit(static_cast<int>(ExitStatus::RunFailed));
}

/// Ends a hart's parking one way or the other; false when it is not parked.
bool leave_parking(Hart& hart, HartState state) {
    HartState expected = HartState::Parked;
    // Pairs with the acquire in hart_main: what the caller wrote, for the hart to see.
    const bool left = hart.state.compare_exchange_strong(expected, state, std::memory_order_release,
                                                         std::memory_order_relaxed);
    hart.state.notify_all();
    return left;
}

void join_in_time(u32 number, const timespec& deadline) {
    const pthread_t thread = table.harts[number]->thread;
    if (pthread_clockjoin_np(thread, nullptr, CLOCK_MONOTONIC, &deadline) != 0) {
        throw Failure{ExitStatus::RunFailed,
                      fmt::format("a worker runs {} s after worker 0 returned", END_MAX_SECONDS),
                      fmt::format("worker {}", number), "report it as a bug of the image"};
    }
}

} // namespace

u32 this_hart() {
    return hart_of_thread;
}

void create_harts(std::span<const unsigned> cpus) {
    int error = 0;
    while (table.count < cpus.size() && error == 0) {
        error = create_hart(table.count, cpus[table.count]);
        table.count += error == 0 ? 1 : 0;
    }
    wait_until_prepared();
    if (error != 0) {
        throw Failure{ExitStatus::Environment,
                      fmt::format("cannot create a thread ({})", std::strerror(error)),
                      fmt::format("worker {}", table.count),
                      "ask for fewer --workers, or raise the limits on processes and memory"};
    }
    for (u32 number = 0; number < table.count; ++number) {
        const Hart& hart = *table.harts[number];
        if (hart.state.load(std::memory_order_acquire) == HartState::Unusable) {
            std::rethrow_exception(hart.why);
        }
    }
}

unsigned run_harts(ImageEntry entry, const BootInfo& boot_info) {
    table.entry = entry;
    table.boot_info = &boot_info;
    Hart& first = *table.harts[0];
    leave_parking(first, HartState::Running);
    first.state.wait(HartState::Running, std::memory_order_acquire);

    timespec deadline{};
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += END_MAX_SECONDS;
    for (u32 number = 0; number < table.count; ++number) {
        // One that the image never asked for goes home; the others are on their way out.
        leave_parking(*table.harts[number], HartState::Dismissed);
        join_in_time(number, deadline);
    }
    return first.status;
}

void start_hart(u32 hart) {
    if (hart >= table.count) {
        end_for_image_bug("the image started a hart that it was not offered", hart);
    }
    if (!leave_parking(*table.harts[hart], HartState::Running)) {
        end_for_image_bug("the image started a hart twice", hart);
    }
}

} // namespace knhk::hosted
