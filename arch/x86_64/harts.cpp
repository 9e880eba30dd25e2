// SPDX-License-Identifier: MIT
#include "arch/x86_64/harts.hpp"

#include <atomic>

#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/descriptors.hpp"
#include "arch/x86_64/exit.hpp"
#include "arch/x86_64/local_apic.hpp"
#include "arch/x86_64/paging.hpp"

extern "C" {
extern const std::byte trampoline_start[];
extern const std::byte trampoline_end[];

// Read by trampoline.S.
constinit knhk::u64 final_page_tables = 0;
constinit knhk::u64 started_hart_stack = 0;
constinit knhk::u32 started_hart_number = 0;
}

namespace knhk::x86 {
namespace {

/// One start-up command may be lost while the hart still resets, so it is repeated; a hart that
/// already runs ignores it. An emulator with 64 harts on 2 processors takes its time.
constexpr u64 STARTUP_WAIT_CYCLES = u64{1} << 27;
constexpr u32 STARTUP_ATTEMPTS = 200;

constinit std::array<u8, CORES_MAX> apic_ids{};
constinit const BootInfo* boot_info_of_all = nullptr;
constinit std::atomic<bool> starting{false};
constinit std::atomic<u32> last_alive{0};

constexpr PhysicalSpan TRAMPOLINE_PAGE{KNHK_TRAMPOLINE_BASE, PAGE_BYTES};

bool is_free_ram(const Firmware& firmware, PhysicalSpan page) {
    bool covered = false;
    for (const MemoryEntry& entry : firmware.entries()) {
        if (page.base < entry.span.end() && entry.span.base < page.end()) {
            if (!entry.usable) {
                return false;
            }
            covered |= entry.span.base <= page.base && page.end() <= entry.span.end();
        }
    }
    return covered;
}

bool comes_alive(u32 hart) {
    const u64 start = read_tsc();
    // Pairs with the release in hart_main: the hart has read its number and its stack.
    while (last_alive.load(std::memory_order_acquire) != hart) {
        if (read_tsc() - start > STARTUP_WAIT_CYCLES) {
            return false;
        }
        pause();
    }
    return true;
}

[[noreturn]] void refuse_silent_hart(u32 hart) {
    TextLine line;
    line.text("hart ").number(hart).text(" (APIC id ").number(apic_ids[hart]);
    line.text(") does not start: start the machine again, or with fewer harts");
    refuse(ExitStatus::Environment, line);
}

} // namespace

void set_harts(const HartTable& harts, const BootInfo* boot_info, u64 page_tables) {
    apic_ids = harts.apic_ids;
    boot_info_of_all = boot_info;
    final_page_tables = page_tables;
}

void copy_trampoline(const Firmware& firmware, const HartTable& harts) {
    if (harts.count == 1) {
        return;
    }
    if (!is_free_ram(firmware, TRAMPOLINE_PAGE)) {
        refuse(ExitStatus::Environment,
               "the firmware keeps the page at 0x8000, where harts start: use one hart (-smp 1)");
    }
    copy_bytes(physical_pointer(TRAMPOLINE_PAGE.base), trampoline_start,
               static_cast<u64>(trampoline_end - trampoline_start));
}

u32 apic_id_of(u32 hart) {
    return apic_ids[hart];
}

void start_hart(u32 hart) {
    // One at a time, because all read their number and stack from the same place. The acquire
    // pairs with the release below.
    while (starting.exchange(true, std::memory_order_acquire)) {
        pause();
    }
    started_hart_number = hart;
    started_hart_stack = hart_stack_top(hart);
    // The command's own store must not pass those two in the compiler; the processor keeps stores
    // in order.
    std::atomic_signal_fence(std::memory_order_release);
    bool alive = false;
    for (u32 attempt = 0; attempt < STARTUP_ATTEMPTS && !alive; ++attempt) {
        send_startup(apic_ids[hart]);
        alive = comes_alive(hart);
    }
    if (!alive) {
        refuse_silent_hart(hart);
    }
    starting.store(false, std::memory_order_release);
}

} // namespace knhk::x86

extern "C" {

/// A hart's whole life, on its own stack: hart 0 from boot_main, the others from hart_main.
[[noreturn]] void run_hart(knhk::u32 hart) {
    const unsigned status = knhk_enter(knhk::x86::boot_info_of_all, hart);
    if (hart == 0) {
        knhk::x86::exit_machine(status);
    }
    knhk::x86::halt_forever();
}

/// From trampoline.S: a started hart under the final page tables.
[[noreturn]] void hart_main(knhk::u32 hart) {
    using namespace knhk::x86;
    load_descriptors(hart, fault_stack_top(hart));
    start_cpu();
    start_local_apic();
    last_alive.store(hart, std::memory_order_release);
    run_hart(hart);
}
}
