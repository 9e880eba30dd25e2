// SPDX-License-Identifier: MIT
// Page table entries of Sv39, three levels.
#include <array>

#include "arch/riscv64/cpu.hpp"

extern "C" {
// Written by entry.S.
extern const knhk::u64 boot_load_address;
}

namespace knhk::bare {
namespace {

constexpr PageEntry VALID = KNHK_PAGE_VALID;
constexpr PageEntry READ = KNHK_PAGE_READ;
constexpr PageEntry WRITE = KNHK_PAGE_WRITE;
constexpr PageEntry EXECUTE = KNHK_PAGE_EXECUTE;
// Not every processor sets them itself: some trap instead.
constexpr PageEntry USED = KNHK_PAGE_ACCESSED | KNHK_PAGE_DIRTY;

constexpr u32 ADDRESS_SHIFT = 10;
constexpr PageEntry ADDRESS_BITS = (u64{1} << 44) - 1;

/// What memory is a device's is fixed by the machine, not by its pages.
constexpr PageEntry bits_of(Rights rights) {
    switch (rights) {
    case Rights::READ:
        return VALID | USED | READ;
    case Rights::READ_EXECUTE:
        return VALID | USED | READ | EXECUTE;
    case Rights::READ_WRITE:
    case Rights::DEVICE:
        break;
    }
    return VALID | USED | READ | WRITE;
}

constexpr PageEntry frames_of(u64 address) {
    return address >> KNHK_PAGE_SHIFT << ADDRESS_SHIFT;
}

constinit std::array<DeviceWindow, 2> windows{};

} // namespace

/// An entry with rights ends the walk on any level.
PageEntry page_entry(u64 frames, Rights rights, bool) {
    return frames_of(frames) | bits_of(rights);
}

PageEntry table_entry(u64 table) {
    return frames_of(table) | VALID;
}

u64 table_of(PageEntry entry) {
    return (entry >> ADDRESS_SHIFT & ADDRESS_BITS) << KNHK_PAGE_SHIFT;
}

u64 image_physical(u64 address) {
    return address - KNHK_IMAGE_BASE + boot_load_address;
}

std::span<const DeviceWindow> device_windows() {
    std::size_t count = 0;
    for (const Device* device : {&uart, &finisher}) {
        if (device->is_there()) {
            windows[count++] = device->window();
        }
    }
    return std::span(windows).first(count);
}

void load_page_tables(u64 root) {
    write_satp(u64{KNHK_SATP_SV39} << KNHK_SATP_MODE_SHIFT | root >> KNHK_PAGE_SHIFT);
    uart.move();
    finisher.move();
}

} // namespace knhk::bare
