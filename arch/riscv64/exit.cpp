// SPDX-License-Identifier: MIT
// Leaving QEMU by its device for that, which ends with the status that it is given; other machines
// are switched off by the monitor.
#include "arch/bare/machine_tree.hpp"
#include "arch/riscv64/cpu.hpp"
#include "base/error.hpp"

namespace knhk::bare {
namespace {

constexpr u32 FINISH_WITH_STATUS = 0x3333;
constexpr u32 FINISH_STATUS_SHIFT = 16;

// In the reset extension.
constexpr u64 FUNCTION_RESET = 0;
constexpr u64 RESET_SHUTDOWN = 0;
constexpr u64 REASON_NONE = 0;
constexpr u64 REASON_FAILURE = 1;

} // namespace

constinit Device finisher{KNHK_FINISHER_BASE};

void find_finisher(const Firmware& firmware) {
    const DeviceTree tree(firmware.device_tree);
    const PhysicalSpan registers = tree.find_compatible("sifive,test0").registers(0);
    if (registers.base != 0 && is_visible(registers)) {
        finisher.find(registers);
    }
}

void leave_machine(u32 status) {
    if (finisher.is_there()) {
        // The base keeps every status apart from 1, which is also what "QEMU did not start" gives.
        *finisher.at<u32>(0) =
            ((KNHK_EXIT_BASE + status) << FINISH_STATUS_SHIFT) | FINISH_WITH_STATUS;
    }
    const u64 reason = status == static_cast<u32>(ExitStatus::Ok) ? REASON_NONE : REASON_FAILURE;
    static_cast<void>(
        call_monitor(MonitorExtension::RESET, FUNCTION_RESET, RESET_SHUTDOWN, reason));
}

} // namespace knhk::bare
