// SPDX-License-Identifier: MIT
// The table of regions as code sees it. docs/memory-map.md is compared with it by tests/tree.
#include "base/memory_map.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace knhk {
namespace {

TEST(RegionTest, fixed_share_does_not_depend_on_cores) {
    const Region region{"r", 0, 0x10000, RegionShare::FIXED, RegionCheckpoint::SAVED, ""};
    for (u32 cores = 1; cores <= CORES_MAX; cores *= 2) {
        EXPECT_EQ(region.stride_bytes(cores), 0x100u);
    }
}

TEST(RegionTest, divided_shares_fill_the_region) {
    const Region region{"r", 0, 0x10000, RegionShare::DIVIDED, RegionCheckpoint::SAVED, ""};
    for (u32 cores = 1; cores <= CORES_MAX; cores *= 2) {
        EXPECT_EQ(region.stride_bytes(cores) * cores, 0x10000u);
    }
}

TEST(RegionTest, undivided_region_is_one_share) {
    const Region region{"r", 0, 0x10000, RegionShare::WHOLE, RegionCheckpoint::SAVED, ""};
    EXPECT_EQ(region.stride_bytes(1), 0x10000u);
    EXPECT_EQ(region.stride_bytes(CORES_MAX), 0x10000u);
}

TEST(RegionTest, end_is_the_first_byte_behind) {
    const Region region{"r", 0x7000, 0x1000, RegionShare::WHOLE, RegionCheckpoint::SAVED, ""};
    EXPECT_EQ(region.end(), 0x8000u);
}

TEST(MemoryMapTest, no_two_regions_share_a_byte) {
    for (const Region& a : REGIONS) {
        for (const Region& b : REGIONS) {
            const bool apart = a.end() <= b.base || b.end() <= a.base;
            EXPECT_TRUE(apart || &a == &b) << a.name << " and " << b.name;
        }
    }
}

TEST(MemoryMapTest, every_region_lies_in_the_span) {
    for (const Region& region : REGIONS) {
        EXPECT_GE(region.base, REGIONS_BASE) << region.name;
        EXPECT_LE(region.end(), REGIONS_BASE + REGIONS_SIZE_BYTES) << region.name;
    }
}

TEST(MemoryMapTest, every_region_has_a_name_and_a_purpose_of_its_own) {
    for (const Region& a : REGIONS) {
        EXPECT_FALSE(std::string_view(a.purpose).empty()) << a.name;
        for (const Region& b : REGIONS) {
            EXPECT_TRUE(&a == &b || std::string_view(a.name) != b.name) << a.name;
        }
    }
}

TEST(MemoryMapTest, first_regions_keep_address_size_and_share) {
    EXPECT_EQ(region::core_queues.base, 0x5000'0000u);
    EXPECT_EQ(region::core_queues.size_bytes, 256u * 64 * 1024);
    EXPECT_EQ(region::ordered_queue.base, 0x5100'0000u);
    EXPECT_EQ(region::ordered_queue.size_bytes, 1024u * 1024);
    EXPECT_EQ(region::clocks.base, 0x5200'0000u);
    EXPECT_EQ(region::clocks.stride_bytes(1), 256u);
    EXPECT_EQ(region::log_window.base, 0x5300'0000u);
    EXPECT_EQ(region::log_window.size_bytes, 1024u * 1024);
}

TEST(MemoryMapTest, image_ends_below_the_regions) {
    EXPECT_EQ(IMAGE_BASE, 0x4000'0000u);
    EXPECT_LE(IMAGE_BASE + IMAGE_SIZE_MAX_BYTES, REGIONS_BASE);
}

u64 address_of(const std::byte* place) {
    return reinterpret_cast<u64>(place);
}

TEST(MemoryTest, at_the_fixed_base_regions_have_their_own_addresses) {
    const Memory memory(reinterpret_cast<std::byte*>(REGIONS_BASE));
    for (const Region& region : REGIONS) {
        EXPECT_EQ(address_of(memory.at(region)), region.base) << region.name;
    }
}

TEST(MemoryTest, elsewhere_regions_keep_their_distances) {
    const Memory memory(reinterpret_cast<std::byte*>(0x7000'0000'0000));
    for (const Region& region : REGIONS) {
        EXPECT_EQ(address_of(memory.at(region)), 0x7000'0000'0000 + region.base - 0x5000'0000);
        EXPECT_EQ(reinterpret_cast<u64>(memory.as<u64>(region)), address_of(memory.at(region)));
    }
}

TEST(MemoryTest, shares_follow_one_another_and_end_inside_the_region) {
    const Memory memory(reinterpret_cast<std::byte*>(REGIONS_BASE));
    for (const Region& region : {region::clocks, region::log_window, region::mailboxes}) {
        for (u32 cores = 1; cores <= CORES_MAX; cores *= 2) {
            const u64 stride = region.stride_bytes(cores);
            EXPECT_EQ(address_of(memory.share(region, 0, cores)), region.base);
            const u64 last = address_of(memory.share(region, cores - 1, cores));
            EXPECT_EQ(last, region.base + (cores - 1) * stride);
            EXPECT_LE(last + stride, region.end());
        }
    }
}

} // namespace
} // namespace knhk
