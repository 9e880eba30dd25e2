// SPDX-License-Identifier: MIT
#include "arch/bare/watch.hpp"

#include "arch/bare/machine.hpp"

namespace knhk::bare {
namespace {

using Look = void (*)();
/// Of hart 0 alone: it is set with interrupts masked, and read in an interrupt.
constinit Look look_at_run = nullptr;

} // namespace

bool watch(u32 milliseconds, void (*look)()) {
    static_cast<void>(mask_interrupts());
    stop_timer_interrupts();
    look_at_run = milliseconds == 0 ? nullptr : look;
    if (milliseconds == 0) {
        return true;
    }
    if (!start_timer_interrupts(milliseconds)) {
        return false;
    }
    unmask_interrupts();
    return true;
}

void watch_is_due() {
    if (look_at_run != nullptr) { // one that was on its way when the watch ended
        look_at_run();
    }
}

} // namespace knhk::bare
