// SPDX-License-Identifier: MIT
#include "arch/bare/regions.hpp"

#include <algorithm>

#include "arch/bare/console.hpp"
#include "arch/bare/exit.hpp"
#include "arch/bare/machine.hpp"
#include "arch/bare/paging.hpp"

namespace knhk::bare {
namespace {

constexpr u64 MEBIBYTE = 1024 * 1024;

constexpr u64 to_mebibytes(u64 size_bytes) {
    return (size_bytes + MEBIBYTE - 1) / MEBIBYTE;
}

constexpr std::size_t index_of(const Region& region) {
    std::size_t index = 0;
    while (REGIONS[index].base != region.base) {
        ++index;
    }
    return index;
}

/// Frames that are aligned like the region's addresses let it be mapped with large pages.
constexpr u64 alignment_for(const Region& region) {
    return region.size_bytes >= LARGE_PAGE_BYTES ? LARGE_PAGE_BYTES : PAGE_BYTES;
}

constexpr u64 region_bytes_max() {
    u64 sum = 0;
    for (const Region& region : REGIONS) {
        sum += region.size_bytes + alignment_for(region) - PAGE_BYTES;
    }
    return sum;
}

/// Where RAM begins. What lies between that and the end of the image is not given out.
u64 ram_base(const Firmware& firmware) {
    u64 base = image_physical_end();
    for (const MemoryEntry& entry : firmware.entries()) {
        base = entry.usable ? std::min(base, entry.span.base) : base;
    }
    return base;
}

} // namespace

void check_memory_size(const Firmware& firmware) {
    const u64 needed = image_physical_end() - ram_base(firmware) + region_bytes_max() +
                       PAGE_TABLE_POOL_BYTES + firmware.module.size_bytes;
    const u64 found = firmware.ram_bytes();
    if (to_mebibytes(found) < to_mebibytes(needed)) {
        TextLine line;
        line.text("needs ").number(to_mebibytes(needed)).text(" MiB of RAM, found ");
        line.number(to_mebibytes(found)).text(" MiB: give the machine more memory (-m 256M)");
        refuse(ExitStatus::Environment, line);
    }
}

RegionFrames take_regions(FrameAllocator& frames) {
    RegionFrames region_frames{};
    for (std::size_t i = 0; i < REGIONS.size(); ++i) {
        const Region& region = REGIONS[i];
        region_frames[i] = frames.take(region.size_bytes, alignment_for(region), region.base);
        zero_bytes(physical_pointer(region_frames[i]), region.size_bytes);
    }
    return region_frames;
}

void copy_container(const Firmware& firmware, const RegionFrames& region_frames) {
    const PhysicalSpan module = firmware.module;
    if (module.size_bytes > region::container.size_bytes) {
        TextLine line;
        line.text("the container has ").number(module.size_bytes).text(" bytes, more than the ");
        line.number(region::container.size_bytes).text(" that the memory map has for it");
        refuse(ExitStatus::BadInput, line);
    }
    copy_bytes(physical_pointer(region_frames[index_of(region::container)]),
               physical_pointer(module.base), module.size_bytes);
}

void announce_drain(const RegionFrames& region_frames) {
    TextLine line;
    line.text("knhk: drain physical=0x").hex(region_frames[index_of(region::drain)]);
    print(line.text(" size=0x").hex(region::drain.size_bytes));
}

} // namespace knhk::bare
