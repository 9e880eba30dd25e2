// SPDX-License-Identifier: MIT
// Page table entries of x86_64, four levels.
#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/interrupts.hpp"

namespace knhk::bare {
namespace {

constexpr PageEntry PRESENT = 1U << 0;
constexpr PageEntry WRITABLE = 1U << 1;
constexpr PageEntry WRITE_THROUGH = 1U << 3;
constexpr PageEntry CACHE_DISABLED = 1U << 4;
constexpr PageEntry LARGE = 1U << 7;
constexpr PageEntry NO_EXECUTE = u64{1} << 63;
constexpr PageEntry ADDRESS = 0x000FFFFFFFFFF000;

constexpr PageEntry bits_of(Rights rights) {
    switch (rights) {
    case Rights::READ:
        return PRESENT | NO_EXECUTE;
    case Rights::READ_EXECUTE:
        return PRESENT;
    case Rights::READ_WRITE:
        return PRESENT | WRITABLE | NO_EXECUTE;
    case Rights::DEVICE:
        break;
    }
    return PRESENT | WRITABLE | NO_EXECUTE | CACHE_DISABLED | WRITE_THROUGH;
}

/// Its address is filled in when it is asked for.
constinit DeviceWindow local_apic_window{KNHK_LOCAL_APIC_BASE, {0, PAGE_BYTES}};

} // namespace

PageEntry page_entry(u64 frames, Rights rights, bool is_large) {
    return frames | bits_of(rights) | (is_large ? LARGE : 0);
}

/// Rights are those of the last level; the levels above allow everything.
PageEntry table_entry(u64 table) {
    return table | PRESENT | WRITABLE;
}

u64 table_of(PageEntry entry) {
    return entry & ADDRESS;
}

u64 image_physical(u64 address) {
    return KNHK_PHYSICAL(address);
}

std::span<const DeviceWindow> device_windows() {
    local_apic_window.frames.base = local_apic_physical() & ADDRESS;
    return {&local_apic_window, 1};
}

void load_page_tables(u64 root) {
    write_cr3(root);
}

} // namespace knhk::bare
