// SPDX-License-Identifier: MIT
// Page table entries of aarch64, three levels of 4 KiB tables.
#include <algorithm>

#include "arch/aarch64/cpu.hpp"
#include "arch/aarch64/interrupts.hpp"

extern "C" {
// Of entry.S.
extern const knhk::u64 image_physical_base;
extern knhk::bare::PageEntry early_direct[];
extern knhk::bare::PageEntry early_devices[];
}

namespace knhk::bare {
namespace {

constexpr PageEntry VALID = 1U << 0;
constexpr PageEntry TABLE_OR_PAGE = 1U << 1;
constexpr PageEntry DEVICE = PageEntry{KNHK_MEMORY_DEVICE} << 2;
constexpr PageEntry NORMAL = PageEntry{KNHK_MEMORY_NORMAL} << 2;
constexpr PageEntry READ_ONLY = 1U << 7;
constexpr PageEntry INNER_SHAREABLE = 3U << 8;
constexpr PageEntry ACCESSED = 1U << 10;
constexpr PageEntry NO_EXECUTE = u64{1} << 53;
constexpr PageEntry NO_EXECUTE_UNPRIVILEGED = u64{1} << 54;
constexpr PageEntry ADDRESS = 0x0000FFFFFFFFF000;

constexpr u64 UPPER_HALF_OFF = 1U << 23; // of TCR_EL1

constexpr PageEntry bits_of(Rights rights) {
    constexpr PageEntry MEMORY = VALID | NORMAL | INNER_SHAREABLE | ACCESSED;
    switch (rights) {
    case Rights::READ:
        return MEMORY | READ_ONLY | NO_EXECUTE | NO_EXECUTE_UNPRIVILEGED;
    case Rights::READ_EXECUTE:
        return MEMORY | READ_ONLY | NO_EXECUTE_UNPRIVILEGED;
    case Rights::READ_WRITE:
        return MEMORY | NO_EXECUTE | NO_EXECUTE_UNPRIVILEGED;
    case Rights::DEVICE:
        break;
    }
    return VALID | DEVICE | ACCESSED | NO_EXECUTE | NO_EXECUTE_UNPRIVILEGED;
}

constexpr u64 page_of(u64 address) {
    return address / PAGE_BYTES * PAGE_BYTES;
}

/// The console, found first, and what the interrupt controller adds.
constinit std::array<DeviceWindow, GIC_WINDOWS_MAX + 1> windows{};
constinit u64 console_page = 0;

/// New entries of early tables are used from here on.
void publish_entries() {
    complete_accesses();
    synchronize_instructions();
}

} // namespace

PageEntry page_entry(u64 frames, Rights rights, bool is_large) {
    return frames | bits_of(rights) | (is_large ? 0 : TABLE_OR_PAGE);
}

/// Rights are those of the last level; the levels above allow everything.
PageEntry table_entry(u64 table) {
    return table | VALID | TABLE_OR_PAGE;
}

u64 table_of(PageEntry entry) {
    return entry & ADDRESS;
}

u64 image_physical(u64 address) {
    return address - KNHK_IMAGE_BASE + image_physical_base;
}

std::span<const DeviceWindow> device_windows() {
    const GicWindows& gic = interrupt_windows();
    std::ranges::copy(std::span(gic.windows).first(gic.count), windows.begin());
    u32 count = gic.count;
    if (console_page != 0) {
        windows[count++] = {KNHK_CONSOLE_BASE, {console_page, PAGE_BYTES}};
    }
    return std::span(windows).first(count);
}

/// By gigabytes, of which the image's own and the device tree's are there already.
void show_memory(const Firmware& firmware) {
    for (const MemoryEntry& entry : firmware.entries()) {
        const u64 end = std::min(entry.span.end(), PHYSICAL_LIMIT);
        for (u64 base = entry.span.base / GIBIBYTE * GIBIBYTE; entry.usable && base < end;
             base += GIBIBYTE) {
            PageEntry& shown = early_direct[base / GIBIBYTE];
            shown = shown == 0 ? page_entry(base, Rights::READ_WRITE, true) : shown;
        }
    }
    publish_entries();
}

u64 show_console(u64 physical) {
    static_assert(KNHK_CONSOLE_BASE == KNHK_DEVICES_BASE, "the first entry of early_devices");
    console_page = page_of(physical);
    early_devices[0] = page_entry(console_page, Rights::DEVICE, false);
    publish_entries();
    return KNHK_CONSOLE_BASE + physical % PAGE_BYTES;
}

/// The upper half goes with the early tables.
void load_page_tables(u64 root) {
    complete_accesses();
    KNHK_WRITE_REGISTER("tcr_el1", KNHK_READ_REGISTER("tcr_el1") | UPPER_HALF_OFF);
    KNHK_WRITE_REGISTER("ttbr0_el1", root);
    synchronize_instructions();
    asm volatile("tlbi vmalle1; dsb nsh; isb" : : : "memory");
}

} // namespace knhk::bare
