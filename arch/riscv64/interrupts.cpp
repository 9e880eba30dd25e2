// SPDX-License-Identifier: MIT
#include "arch/riscv64/interrupts.hpp"

#include <atomic>

#include "arch/bare/exit.hpp"
#include "arch/riscv64/cpu.hpp"

extern "C" {
constinit knhk::u32 harts_must_stop = 0;
}

namespace knhk::bare {
namespace {

// In the extension for interrupts.
constexpr u64 FUNCTION_SEND = 0;
/// As the first number of a set of harts: all there are.
constexpr u64 ALL_HARTS = ~u64{0};

constinit std::atomic<bool> started{false};

/// The harts of `set` from number `first` on, a bit each.
void send(u64 set, u64 first) {
    static_cast<void>(call_monitor(MonitorExtension::INTERRUPT, FUNCTION_SEND, set, first));
}

} // namespace

void find_interrupts(const Firmware&) {
    if (!monitor_has(MonitorExtension::INTERRUPT)) {
        refuse(ExitStatus::Environment,
               "the monitor cannot interrupt harts (SBI IPI): use OpenSBI 0.7 or newer");
    }
}

/// Masked only where a hart is about to sleep: stop_other_harts reaches it everywhere else.
void start_interrupts() {
    allow_interrupts(KNHK_SOFTWARE_INTERRUPT);
    unmask_interrupts();
    started.store(true, std::memory_order_relaxed); // each hart asks only for itself
}

void send_wake(u64 hart_id) {
    send(1, hart_id);
}

/// The calling hart too, which has its interrupts masked.
void stop_other_harts() {
    static_cast<void>(mask_interrupts());
    __atomic_store_n(&harts_must_stop, 1, __ATOMIC_RELEASE); // read behind the interrupt
    if (started.load(std::memory_order_relaxed)) {
        send(0, ALL_HARTS);
    }
}

} // namespace knhk::bare
