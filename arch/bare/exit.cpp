// SPDX-License-Identifier: MIT
#include "arch/bare/exit.hpp"

#include <atomic>

#include "arch/bare/console.hpp"
#include "arch/bare/machine.hpp"

namespace knhk::bare {
namespace {

constinit std::atomic<bool> ended{false};

} // namespace

void exit_machine(u32 status) {
    flush_console();
    leave_machine(status);
    // Still here. Seen by the other harts when they are interrupted.
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

} // namespace knhk::bare
