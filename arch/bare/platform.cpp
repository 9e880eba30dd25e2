// SPDX-License-Identifier: MIT
#include "arch/bare/platform.hpp"

#include "arch/bare/console.hpp"
#include "arch/bare/exit.hpp"
#include "arch/bare/fault.hpp"
#include "arch/bare/harts.hpp"
#include "arch/bare/machine.hpp"
#include "arch/bare/sleep.hpp"
#include "arch/bare/watch.hpp"

namespace knhk::bare {
namespace {

/// About ten microseconds: long enough for another virtual processor to get a turn.
constexpr u32 RELAX_PAUSES = 300;

void relax() {
    for (u32 i = 0; i < RELAX_PAUSES; ++i) {
        pause();
    }
}

constinit Platform platform{
    .version = Platform::VERSION,
    .hart_count = 1,
    .current_hart = current_hart,
    .start_hart = start_hart,
    .pause = pause,
    .wait = wait_on,
    .wake = wake_sleepers,
    .relax = relax,
    .cycles = read_cycles,
    .console = write_console,
    .stop_requested = console_stop_requested,
    .on_fault = set_fault_handler,
    .watch = watch,
    .exit = exit_machine,
};

constinit BootInfo boot_info{
    .magic = BOOT_INFO_MAGIC,
    .version = IMAGE_ABI_VERSION,
    .size_bytes = sizeof(BootInfo),
    .platform = &platform,
    .container_size_bytes = 0,
    .instruction_sets = 0,
    .platform_name = "bare-" KNHK_ARCHITECTURE,
    .command_line_size = 0,
    .command_line = {},
};

} // namespace

const BootInfo* make_boot_info(const Firmware& firmware, u32 hart_count) {
    platform.hart_count = hart_count;
    boot_info.container_size_bytes = firmware.module.size_bytes;
    boot_info.instruction_sets = instruction_sets();
    boot_info.command_line_size = firmware.command_line_size;
    std::memcpy(boot_info.command_line, firmware.command_line.data(), firmware.command_line_size);
    return &boot_info;
}

} // namespace knhk::bare
