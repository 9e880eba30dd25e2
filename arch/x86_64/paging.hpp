// SPDX-License-Identifier: MIT
// The final page tables: the image by segment, the regions, the local APIC, and nothing else. No
// page is both writable and executable, and page 0 is not there.
#pragma once

#include "arch/x86_64/regions.hpp"

namespace knhk::x86 {

/// Everything lies in one gigabyte, so there is one table on each upper level; below it at most
/// one for each 2 MiB of the image and the regions, and one for the local APIC.
inline constexpr u64 PAGE_TABLES_MAX =
    3 + IMAGE_SIZE_MAX_BYTES / LARGE_PAGE_BYTES + REGIONS_SIZE_BYTES / LARGE_PAGE_BYTES + 1 + 1;
inline constexpr u64 PAGE_TABLE_POOL_BYTES = PAGE_TABLES_MAX * PAGE_BYTES;

static_assert(IMAGE_BASE >> 30 == (REGIONS_BASE + REGIONS_SIZE_BYTES - 1) >> 30);

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

/// Returns the value for CR3. Takes the tables' own frames from `frames`.
[[nodiscard]] u64 make_page_tables(FrameAllocator& frames, const RegionFrames& region_frames,
                                   u64 local_apic);

} // namespace knhk::x86
