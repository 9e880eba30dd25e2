// SPDX-License-Identifier: MIT
// The harts that the device tree lists, and their start by the monitor.
#include "arch/bare/console.hpp"
#include "arch/bare/machine_tree.hpp"
#include "arch/riscv64/cpu.hpp"

extern "C" {
// Written by entry.S.
extern const knhk::u64 boot_hart;
void hart_entry();
}

namespace knhk::bare {
namespace {

// In the extension for harts.
constexpr u64 FUNCTION_START = 0;

} // namespace

HartTable find_harts(const Firmware& firmware) {
    HartTable harts;
    harts.add(boot_hart);
    if (!monitor_has(MonitorExtension::HARTS)) {
        print(TextLine{}.text("knhk: the monitor cannot start harts (SBI HSM): going on with one"));
        return harts;
    }
    add_harts(DeviceTree(firmware.device_tree), harts);
    return harts;
}

/// They begin in the image itself, where it was loaded.
void prepare_hart_starts(const Firmware&, const HartTable&) {}

/// The monitor keeps them until they are asked for.
void reset_other_harts() {}

void send_start(u64 hart_id) {
    const u64 start = image_physical(reinterpret_cast<u64>(&hart_entry));
    // Harts see each other's memory whether paging is on or not; the monitor orders what was
    // written before the call by the interrupt that it sends.
    static_cast<void>(call_monitor(MonitorExtension::HARTS, FUNCTION_START, hart_id, start));
}

} // namespace knhk::bare
