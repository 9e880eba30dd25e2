// SPDX-License-Identifier: MIT
#include "arch/x86_64/exit.hpp"

#include <atomic>

#include "arch/x86_64/console.hpp"
#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/local_apic.hpp"

namespace knhk::x86 {
namespace {

constinit std::atomic<bool> ended{false};

static_assert(static_cast<u32>(ExitStatus::Environment) == KNHK_STATUS_ENVIRONMENT);

} // namespace

void exit_machine(u32 status) {
    flush_console();
    // QEMU's isa-debug-exit ends with (value << 1) | 1. The base keeps every status apart from 1,
    // which is also what "QEMU did not start" gives.
    write_port(KNHK_DEBUG_EXIT_PORT, static_cast<u8>(KNHK_DEBUG_EXIT_BASE + status));
    // Still here: no such device. Seen by the other harts in fault_entry.
    ended.store(true, std::memory_order_release);
    stop_other_harts();
    print(TextLine{}.text("knhk: halted, status=").number(status));
    flush_console();
    halt_forever();
}

void refuse(ExitStatus status, const TextLine& what) {
    print(TextLine{}.text("knhk: error: ").text(what.view()));
    exit_machine(static_cast<u32>(status));
}

void refuse(ExitStatus status, std::string_view what) {
    refuse(status, TextLine{}.text(what));
}

bool machine_has_ended() {
    return ended.load(std::memory_order_acquire); // pairs with the release in exit_machine
}

} // namespace knhk::x86
