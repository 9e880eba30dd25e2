// SPDX-License-Identifier: MIT
// What the boot loader left: a device tree, nothing else.
#include "arch/aarch64/cpu.hpp"
#include "arch/bare/exit.hpp"

extern "C" {
// Written by entry.S.
extern const knhk::u64 boot_description;
}

namespace knhk::bare {

void read_handover(Firmware& firmware) {
    if (!firmware.set_device_tree(boot_description)) {
        refuse(ExitStatus::Environment, "the boot loader left no device tree: use another");
    }
    find_monitor(DeviceTree(firmware.device_tree));
    show_memory(firmware);
}

} // namespace knhk::bare
