// SPDX-License-Identifier: MIT
// The memory map in C++: the table of regions, made from memory_map.def, and what must hold of it.
// What the regions contain is laid out, and proved to fit, in kernel/memory_layout.hpp.
#pragma once

#include <array>
#include <cstddef>

#include "base/types.hpp"

namespace knhk {

#include "base/memory_map.def"

inline constexpr u64 IMAGE_BASE = KNHK_IMAGE_BASE;
inline constexpr u64 IMAGE_SIZE_MAX_BYTES = KNHK_IMAGE_SIZE_MAX;
inline constexpr u64 REGIONS_BASE = KNHK_REGIONS_BASE;
inline constexpr u64 REGIONS_SIZE_BYTES = KNHK_REGIONS_SIZE;

enum class RegionShare : u8 { FIXED, DIVIDED, WHOLE };
enum class RegionCheckpoint : u8 { SAVED, VOLATILE };

struct Region {
    const char* name;
    u64 base;
    u64 size_bytes;
    RegionShare share;
    RegionCheckpoint checkpoint;
    const char* purpose;

    [[nodiscard]] constexpr u64 end() const { return base + size_bytes; }
    /// Bytes of one core's part when C cores run.
    [[nodiscard]] constexpr u64 stride_bytes(u32 cores) const {
        switch (share) {
        case RegionShare::FIXED:
            return size_bytes / CORES_MAX;
        case RegionShare::DIVIDED:
            return size_bytes / cores;
        case RegionShare::WHOLE:
            break;
        }
        return size_bytes;
    }
};

namespace region {
#define KNHK_REGION(name, base, size, share, checkpoint, purpose)                                  \
    inline constexpr Region name{                                                                  \
        #name, base, size, RegionShare::share, RegionCheckpoint::checkpoint, purpose};
#include "base/memory_map.def"
} // namespace region

#define KNHK_REGION(name, base, size, share, checkpoint, purpose) region::name,
inline constexpr auto REGIONS = std::to_array<Region>({
#include "base/memory_map.def"
});

inline constexpr u64 PAGE_BYTES = 4096;

constexpr bool regions_are_sound() {
    u64 previous_end = REGIONS_BASE;
    for (const Region& region : REGIONS) {
        if (region.base < previous_end || region.base % 0x10000 != 0 ||
            region.size_bytes % PAGE_BYTES != 0 || region.size_bytes == 0) {
            return false;
        }
        previous_end = region.end();
    }
    return previous_end <= REGIONS_BASE + REGIONS_SIZE_BYTES;
}

static_assert(regions_are_sound(), "regions ascend, are aligned, and do not overlap");
static_assert(IMAGE_BASE + IMAGE_SIZE_MAX_BYTES <= REGIONS_BASE, "the image ends below them");
static_assert(REGIONS_BASE + REGIONS_SIZE_BYTES <= 0x58000000, "0x5800_0000 belongs to debuggers");

// These four have the addresses and sizes of the systems that KNHK grew from. They do not move.
static_assert(region::core_queues.base == 0x5000'0000);
static_assert(region::core_queues.stride_bytes(CORES_MAX) == 64 * 1024);
static_assert(region::ordered_queue.base == 0x5100'0000);
static_assert(region::ordered_queue.size_bytes == 1024 * 1024);
static_assert(region::clocks.base == 0x5200'0000 && region::clocks.size_bytes == 64 * 1024);
static_assert(region::log_window.base == 0x5300'0000);
static_assert(region::log_window.size_bytes == 1024 * 1024);

/// All regions seen from one base: the fixed addresses in an image, any reserved span in a test.
class Memory {
  public:
    /// `base` is where REGIONS_BASE lies; the span of REGIONS_SIZE_BYTES behind it is zero.
    constexpr explicit Memory(std::byte* base) : base_(base) {}

    [[nodiscard]] std::byte* at(const Region& region) const {
        return base_ + (region.base - REGIONS_BASE);
    }
    [[nodiscard]] std::byte* share(const Region& region, u32 core, u32 cores) const {
        return at(region) + core * region.stride_bytes(cores);
    }
    template<class T>
    [[nodiscard]] T* as(const Region& region) const {
        return reinterpret_cast<T*>(at(region));
    }

  private:
    std::byte* base_;
};

} // namespace knhk
