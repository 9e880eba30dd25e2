// SPDX-License-Identifier: MIT
#include "arch/x86_64/paging.hpp"

#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/exit.hpp"

extern "C" {
extern const std::byte image_rodata_start[];
extern const std::byte image_rodata_end[];
extern const std::byte image_text_start[];
extern const std::byte image_text_end[];
extern const std::byte image_data_start[];
extern const std::byte image_data_end[];
}

namespace knhk::x86 {
namespace {

using Entry = u64;
using Rights = u64;

constexpr Entry PRESENT = 1U << 0;
constexpr Entry WRITABLE = 1U << 1;
constexpr Entry WRITE_THROUGH = 1U << 3;
constexpr Entry CACHE_DISABLED = 1U << 4;
constexpr Entry LARGE = 1U << 7;
constexpr Entry NO_EXECUTE = u64{1} << 63;
constexpr Entry ADDRESS = 0x000FFFFFFFFFF000;

constexpr Rights READ = PRESENT | NO_EXECUTE;
constexpr Rights READ_EXECUTE = PRESENT;
constexpr Rights READ_WRITE = PRESENT | WRITABLE | NO_EXECUTE;
constexpr Rights DEVICE = READ_WRITE | CACHE_DISABLED | WRITE_THROUGH;
/// Rights are those of the last level; the levels above allow everything.
constexpr Entry TABLE = PRESENT | WRITABLE;

constexpr u32 LEVEL_TOP = 3;
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
            Entry& entry = entry_for(address, large ? LEVEL_LARGE_PAGE : LEVEL_PAGE);
            entry = frames.base | rights | (large ? LARGE : 0);
            address += step;
            frames = {frames.base + step, frames.size_bytes - step};
        }
    }

  private:
    /// The entry for `address` on `level`; makes the tables on the way there.
    Entry& entry_for(u64 address, u32 level) {
        u64 table = root_;
        for (u32 above = LEVEL_TOP; above > level; --above) {
            Entry& entry = entries_of(table)[index_at(above, address)];
            if (entry == 0) {
                entry = take_table() | TABLE;
            }
            table = entry & ADDRESS;
        }
        return entries_of(table)[index_at(level, address)];
    }

    static Entry* entries_of(u64 table) {
        return reinterpret_cast<Entry*>(physical_pointer(table));
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
    tables.map(address, {KNHK_PHYSICAL(address), size_bytes}, rights);
}

/// Leaves out the lowest page of each hart's slot: a stack that overflows must hit nothing.
void map_stacks(PageTables& tables, u64 frames) {
    for (u64 slot = 0; slot < region::stacks.size_bytes; slot += HART_SLOT_BYTES) {
        tables.map(region::stacks.base + slot + GUARD_BYTES,
                   {frames + slot + GUARD_BYTES, HART_SLOT_BYTES - GUARD_BYTES}, READ_WRITE);
    }
}

void map_regions(PageTables& tables, const RegionFrames& region_frames) {
    for (std::size_t i = 0; i < REGIONS.size(); ++i) {
        if (REGIONS[i].base == region::stacks.base) {
            map_stacks(tables, region_frames[i]);
        } else {
            tables.map(REGIONS[i].base, {region_frames[i], REGIONS[i].size_bytes}, READ_WRITE);
        }
    }
}

} // namespace

u64 make_page_tables(FrameAllocator& frames, const RegionFrames& region_frames, u64 local_apic) {
    static_assert(KNHK_LOCAL_APIC_BASE >= IMAGE_BASE + IMAGE_SIZE_MAX_BYTES &&
                  KNHK_LOCAL_APIC_BASE + PAGE_BYTES <= REGIONS_BASE);
    PageTables tables(frames.take(PAGE_TABLE_POOL_BYTES));
    map_segment(tables, image_rodata_start, image_rodata_end, READ);
    map_segment(tables, image_text_start, image_text_end, READ_EXECUTE);
    map_segment(tables, image_data_start, image_data_end, READ_WRITE);
    map_regions(tables, region_frames);
    tables.map(KNHK_LOCAL_APIC_BASE, {local_apic & ADDRESS, PAGE_BYTES}, DEVICE);
    return tables.root();
}

} // namespace knhk::x86
