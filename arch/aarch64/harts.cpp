// SPDX-License-Identifier: MIT
// The harts of the device tree, and the firmware that starts them (PSCI).
#include "arch/aarch64/cpu.hpp"
#include "arch/aarch64/interrupts.hpp"
#include "arch/bare/exit.hpp"

extern "C" void hart_entry();

namespace knhk::bare {
namespace {

// As the standard numbers them; what takes addresses is a call of 64 bits.
constexpr u64 CALL_START_HART = 0xC400'0003;
constexpr u64 CALL_SYSTEM_OFF = 0x8400'0008;

constinit TreeMonitor monitor{};

/// It keeps all registers but those that it answers in.
void call_monitor(u64 function, u64 first = 0, u64 second = 0, u64 third = 0) {
    register u64 x0 asm("x0") = function;
    register u64 x1 asm("x1") = first;
    register u64 x2 asm("x2") = second;
    register u64 x3 asm("x3") = third;
    if (monitor.method == MonitorCall::HYPERVISOR) {
        asm volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
    } else if (monitor.method == MonitorCall::SECURE_MONITOR) {
        asm volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
    }
}

} // namespace

void find_monitor(const DeviceTree& tree) {
    monitor = monitor_of(tree);
    if (monitor.start_hart == 0) {
        monitor.start_hart = CALL_START_HART;
    }
}

void switch_machine_off() {
    call_monitor(CALL_SYSTEM_OFF);
}

HartTable find_harts(const Firmware& firmware) {
    HartTable all;
    all.add(own_hart_id());
    add_harts(DeviceTree(firmware.device_tree), all);
    HartTable harts;
    harts.left_out = all.left_out;
    for (const u64 id : all.listed()) {
        // Without a monitor nobody could start them.
        if (harts.count > 0 &&
            (monitor.method == MonitorCall::NONE || harts.count == interruptible_harts_max())) {
            ++harts.left_out;
        } else {
            harts.add(id);
        }
    }
    return harts;
}

void prepare_hart_starts(const Firmware&, const HartTable&) {
    // They begin in the image itself.
}

void reset_other_harts() {
    // They are off until they are started.
}

// The monitor refuses a hart that runs already. A started hart turns its caches on before it looks
// at what was written for it.
void send_start(u64 hart_id) {
    complete_accesses();
    call_monitor(monitor.start_hart, hart_id, image_physical(reinterpret_cast<u64>(&hart_entry)));
}

} // namespace knhk::bare
