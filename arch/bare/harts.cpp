// SPDX-License-Identifier: MIT
#include "arch/bare/harts.hpp"

#include <atomic>

#include "arch/bare/exit.hpp"
#include "arch/bare/machine.hpp"

// Read by hart_entry.S.
extern "C" {
constinit knhk::u64 final_page_tables = 0;
constinit knhk::u64 started_hart_stack = 0;
constinit knhk::u32 started_hart_number = 0;
}

namespace knhk::bare {
namespace {

/// One start-up command may be lost while the hart still resets, so it is repeated; a hart that
/// already runs ignores it. An emulator with 64 harts on 2 processors takes its time.
constexpr u64 STARTUP_WAITS_PER_SECOND = 32;
constexpr u32 STARTUP_ATTEMPTS = 200;

constinit std::array<u64, CORES_MAX> hart_ids{};
constinit const BootInfo* boot_info_of_all = nullptr;
constinit std::atomic<u32> starting{0}; // a word: exchanging less is a library's call on some
constinit std::atomic<u32> last_alive{0};

bool comes_alive(u32 hart) {
    const u64 start = read_cycles();
    // Pairs with the release in hart_main: the hart has read its number and its stack.
    while (last_alive.load(std::memory_order_acquire) != hart) {
        if (read_cycles() - start > cycles_per_second_max() / STARTUP_WAITS_PER_SECOND) {
            return false;
        }
        pause();
    }
    return true;
}

[[noreturn]] void refuse_silent_hart(u32 hart) {
    TextLine line;
    line.text("hart ").number(hart).text(" (the machine's number ").number(hart_ids[hart]);
    line.text(") does not start: start the machine again, or with fewer harts");
    refuse(ExitStatus::Environment, line);
}

/// A hart's whole life, on its own stack.
[[noreturn]] void live(u32 hart) {
    const unsigned status = knhk_enter(boot_info_of_all, hart);
    if (hart == 0) {
        exit_machine(status);
    }
    halt_forever();
}

} // namespace

void set_harts(const HartTable& harts, const BootInfo* boot_info, u64 page_tables) {
    hart_ids = harts.ids;
    boot_info_of_all = boot_info;
    final_page_tables = page_tables;
}

u64 id_of_hart(u32 hart) {
    return hart_ids[hart];
}

void start_hart(u32 hart) {
    // One at a time, because all read their number and stack from the same place. The acquire
    // pairs with the release below.
    while (starting.exchange(1, std::memory_order_acquire) != 0) {
        pause();
    }
    started_hart_number = hart;
    started_hart_stack = hart_stack_top(hart);
    // What the command itself does must not pass those two in the compiler; that the started hart
    // sees them is send_start's matter.
    std::atomic_signal_fence(std::memory_order_release);
    bool alive = false;
    for (u32 attempt = 0; attempt < STARTUP_ATTEMPTS && !alive; ++attempt) {
        send_start(hart_ids[hart]);
        alive = comes_alive(hart);
    }
    if (!alive) {
        refuse_silent_hart(hart);
    }
    starting.store(0, std::memory_order_release);
}

} // namespace knhk::bare

extern "C" {

/// Hart 0, from enter_hart_stack.
[[noreturn]] void run_hart(knhk::u32 hart) {
    knhk::bare::live(hart);
}

/// The others, from hart_entry.S, under the final page tables.
[[noreturn]] void hart_main(knhk::u32 hart) {
    using namespace knhk::bare;
    start_vectors(hart, fault_stack_top(hart));
    start_cpu();
    start_interrupts();
    last_alive.store(hart, std::memory_order_release);
    live(hart);
}
}
