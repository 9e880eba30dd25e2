// SPDX-License-Identifier: MIT
// The virtual timer of hart 0: every processor has one, and says how fast it counts.
#include "arch/bare/watch.hpp"

#include "arch/aarch64/cpu.hpp"
#include "arch/aarch64/interrupts.hpp"

namespace knhk::bare {
namespace {

constexpr u64 TIMER_ON = 1;
constexpr u64 TIMER_OFF = 0;

// Of the device tree: interrupts of three cells, the third for the virtual timer. Its number is
// counted from the first of those that each hart has for itself and that no hart sends.
constexpr u32 VIRTUAL_TIMER_KIND = 6;
constexpr u32 VIRTUAL_TIMER_NUMBER = 7;
constexpr u32 INTERRUPTS_CELLS_MIN = 9;
constexpr u32 PRIVATE_KIND = 1;
constexpr u32 FIRST_PRIVATE = 16;
constexpr u32 LAST_PRIVATE = 31;

/// As Arm's base architecture numbers it.
constinit u32 number = 27;
constinit u64 period_counts = 0;

} // namespace

void find_timer(const Firmware& firmware) {
    const TreeNode node = DeviceTree(firmware.device_tree).find_compatible("arm,armv8-timer");
    const TreeValue interrupts = node.property("interrupts");
    const u32 described = FIRST_PRIVATE + interrupts.cell(VIRTUAL_TIMER_NUMBER);
    if (interrupts.bytes.size() >= INTERRUPTS_CELLS_MIN * sizeof(u32) &&
        interrupts.cell(VIRTUAL_TIMER_KIND) == PRIVATE_KIND && described <= LAST_PRIVATE) {
        number = described;
    }
}

bool start_timer_interrupts(u32 milliseconds) {
    period_counts = (KNHK_READ_REGISTER("cntfrq_el0") & 0xFFFF'FFFF) * milliseconds / 1000;
    if (period_counts == 0) {
        return false;
    }
    take_timer_interrupt();
    allow_interrupt(number);
    return true;
}

void stop_timer_interrupts() {
    KNHK_WRITE_REGISTER("cntv_ctl_el0", TIMER_OFF);
    synchronize_instructions();
}

u32 timer_interrupt_number() {
    return number;
}

void take_timer_interrupt() {
    KNHK_WRITE_REGISTER("cntv_cval_el0", read_cycles() + period_counts);
    KNHK_WRITE_REGISTER("cntv_ctl_el0", TIMER_ON);
    synchronize_instructions();
}

} // namespace knhk::bare
