// SPDX-License-Identifier: MIT
// The final page tables: the image by segment, the regions, the devices that are driven, and
// nothing else. No page is both writable and executable, and page 0 is not there.
#pragma once

#include "arch/bare/regions.hpp"

namespace knhk::bare {

using PageEntry = u64;

enum class Rights : u8 { READ, READ_EXECUTE, READ_WRITE, DEVICE };

/// Registers of a device, or memory that firmware keeps, where the runtime reaches them.
struct DeviceWindow {
    u64 address; ///< from KNHK_DEVICES_BASE on
    PhysicalSpan frames;
    Rights rights = Rights::DEVICE;
};

/// Image and regions lie in one gigabyte, so there is one table on each upper level; below it at
/// most one for each 2 MiB of the image, the regions and the devices, which may begin within one.
inline constexpr u64 PAGE_TABLES_MAX =
    (KNHK_PAGE_TABLE_LEVELS - 1) + IMAGE_SIZE_MAX_BYTES / LARGE_PAGE_BYTES +
    REGIONS_SIZE_BYTES / LARGE_PAGE_BYTES + 1 + KNHK_DEVICES_SIZE_MAX / LARGE_PAGE_BYTES + 1;
inline constexpr u64 PAGE_TABLE_POOL_BYTES = PAGE_TABLES_MAX * PAGE_BYTES;

static_assert(IMAGE_BASE >> 30 == (REGIONS_BASE + REGIONS_SIZE_BYTES - 1) >> 30);
static_assert(KNHK_DEVICES_BASE >= IMAGE_BASE + IMAGE_SIZE_MAX_BYTES &&
              KNHK_DEVICES_BASE + KNHK_DEVICES_SIZE_MAX <= REGIONS_BASE);

/// Each hart's part of the region `stacks`, from below: guard page, stack, fault stack.
inline constexpr u64 HART_SLOT_BYTES = region::stacks.size_bytes / CORES_MAX;
inline constexpr u64 GUARD_BYTES = PAGE_BYTES;
inline constexpr u64 FAULT_STACK_BYTES = 2 * PAGE_BYTES;
static_assert(HART_SLOT_BYTES >= GUARD_BYTES + FAULT_STACK_BYTES + 32 * 1024);

constexpr u64 fault_stack_top(u32 hart) {
    return region::stacks.base + (u64{hart} + 1) * HART_SLOT_BYTES;
}
constexpr u64 hart_stack_top(u32 hart) {
    return fault_stack_top(hart) - FAULT_STACK_BYTES;
}

/// Returns where the root is, for load_page_tables. Takes the tables' own frames from `frames`.
[[nodiscard]] u64 make_page_tables(FrameAllocator& frames, const RegionFrames& region_frames);

} // namespace knhk::bare
