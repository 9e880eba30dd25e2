// SPDX-License-Identifier: MIT
// The timer that the monitor sets for the calling hart: once, so each look sets it for the next.
#include "arch/bare/watch.hpp"

#include "arch/riscv64/cpu.hpp"

namespace knhk::bare {
namespace {

// In the extension for time.
constexpr u64 FUNCTION_SET_TIMER = 0;
constexpr u64 NEVER = ~u64{0};

constinit bool has_timer = false;
/// Of hart 0 alone, like the timer.
constinit u64 period = 0;

/// Also takes back an interrupt that is pending.
void set_timer(u64 time) {
    static_cast<void>(call_monitor(MonitorExtension::TIME, FUNCTION_SET_TIMER, time));
}

} // namespace

void find_timer(const Firmware&) {
    has_timer = monitor_has(MonitorExtension::TIME) && timebase() != 0;
}

bool start_timer_interrupts(u32 milliseconds) {
    period = timebase() * milliseconds / 1000;
    if (!has_timer || period == 0) {
        return false;
    }
    set_timer(read_time() + period);
    allow_interrupts(KNHK_TIMER_INTERRUPT);
    return true;
}

void stop_timer_interrupts() {
    forbid_interrupts(KNHK_TIMER_INTERRUPT);
    if (has_timer) {
        set_timer(NEVER);
    }
}

} // namespace knhk::bare

/// From vectors.S, on the hart's fault stack, interrupts off.
extern "C" void watch_entry() {
    using namespace knhk::bare;
    set_timer(read_time() + period);
    watch_is_due();
}
