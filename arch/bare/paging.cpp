// SPDX-License-Identifier: MIT
#include "arch/bare/paging.hpp"

#include "arch/bare/exit.hpp"
#include "arch/bare/machine.hpp"

extern "C" {
extern const std::byte image_rodata_start[];
extern const std::byte image_rodata_end[];
extern const std::byte image_text_start[];
extern const std::byte image_text_end[];
extern const std::byte image_data_start[];
extern const std::byte image_data_end[];
}

namespace knhk::bare {
namespace {

constexpr u32 LEVEL_TOP = KNHK_PAGE_TABLE_LEVELS - 1;
constexpr u32 LEVEL_LARGE_PAGE = 1;
constexpr u32 LEVEL_PAGE = 0;

constexpr u64 index_at(u32 level, u64 address) {
    return (address >> (12 + 9 * level)) & 511;
}

class PageTables {
  public:
    /// `pool` is PAGE_TABLE_POOL_BYTES of frames.
    explicit PageTables(u64 pool) : root_(pool), pool_next_(pool), pool_end_(pool) {
        zero_bytes(physical_pointer(pool), PAGE_TABLE_POOL_BYTES);
        pool_next_ += PAGE_BYTES;
        pool_end_ += PAGE_TABLE_POOL_BYTES;
    }

    [[nodiscard]] u64 root() const { return root_; }

    void map(u64 address, PhysicalSpan frames, Rights rights) {
        while (frames.size_bytes > 0) {
            const bool large = frames.size_bytes >= LARGE_PAGE_BYTES &&
                               address % LARGE_PAGE_BYTES == 0 &&
                               frames.base % LARGE_PAGE_BYTES == 0;
            const u64 step = large ? LARGE_PAGE_BYTES : PAGE_BYTES;
            entry_for(address, large ? LEVEL_LARGE_PAGE : LEVEL_PAGE) =
                page_entry(frames.base, rights, large);
            address += step;
            frames = {frames.base + step, frames.size_bytes - step};
        }
    }

  private:
    /// The entry for `address` on `level`; makes the tables on the way there.
    PageEntry& entry_for(u64 address, u32 level) {
        u64 table = root_;
        for (u32 above = LEVEL_TOP; above > level; --above) {
            PageEntry& entry = entries_of(table)[index_at(above, address)];
            if (entry == 0) {
                entry = table_entry(take_table());
            }
            table = table_of(entry);
        }
        return entries_of(table)[index_at(level, address)];
    }

    static PageEntry* entries_of(u64 table) {
        return reinterpret_cast<PageEntry*>(physical_pointer(table));
    }

    u64 take_table() {
        if (pool_next_ == pool_end_) {
            refuse(ExitStatus::RunFailed, "PAGE_TABLES_MAX is too small for the memory map");
        }
        const u64 table = pool_next_;
        pool_next_ += PAGE_BYTES;
        return table;
    }

    u64 root_;
    u64 pool_next_;
    u64 pool_end_;
};

void map_segment(PageTables& tables, const std::byte* start, const std::byte* end, Rights rights) {
    const u64 address = reinterpret_cast<u64>(start);
    const u64 size_bytes = reinterpret_cast<u64>(end) - address;
    tables.map(address, {image_physical(address), size_bytes}, rights);
}

/// Leaves out the lowest page of each hart's slot: a stack that overflows must hit nothing.
void map_stacks(PageTables& tables, u64 frames) {
    for (u64 slot = 0; slot < region::stacks.size_bytes; slot += HART_SLOT_BYTES) {
        tables.map(region::stacks.base + slot + GUARD_BYTES,
                   {frames + slot + GUARD_BYTES, HART_SLOT_BYTES - GUARD_BYTES},
                   Rights::READ_WRITE);
    }
}

void map_regions(PageTables& tables, const RegionFrames& region_frames) {
    for (std::size_t i = 0; i < REGIONS.size(); ++i) {
        if (REGIONS[i].base == region::stacks.base) {
            map_stacks(tables, region_frames[i]);
        } else {
            tables.map(REGIONS[i].base, {region_frames[i], REGIONS[i].size_bytes},
                       Rights::READ_WRITE);
        }
    }
}

} // namespace

u64 make_page_tables(FrameAllocator& frames, const RegionFrames& region_frames) {
    PageTables tables(frames.take(PAGE_TABLE_POOL_BYTES));
    map_segment(tables, image_rodata_start, image_rodata_end, Rights::READ);
    map_segment(tables, image_text_start, image_text_end, Rights::READ_EXECUTE);
    map_segment(tables, image_data_start, image_data_end, Rights::READ_WRITE);
    map_regions(tables, region_frames);
    for (const DeviceWindow& window : device_windows()) {
        tables.map(window.address, window.frames, window.rights);
    }
    return tables.root();
}

} // namespace knhk::bare
