// SPDX-License-Identifier: MIT
// Physical memory that nobody uses: the firmware's RAM above the image, as far as boot code
// sees it, less what the loader put there. Boot code only; nothing is ever given back.
#pragma once

#include <array>

#include "arch/bare/firmware.hpp"
#include "base/memory_map.hpp"

namespace knhk::bare {

inline constexpr u64 LARGE_PAGE_BYTES = 0x200000;

/// The first byte behind the image where it was loaded.
[[nodiscard]] u64 image_physical_end();

class FrameAllocator {
  public:
    explicit FrameAllocator(const Firmware& firmware);

    /// Contiguous frames whose address leaves the remainder of `like` when divided by `alignment`.
    /// Refuses, in words, what cannot be had.
    [[nodiscard]] u64 take(u64 size_bytes, u64 alignment = PAGE_BYTES, u64 like = 0);

  private:
    /// Each entry of the firmware's map adds a span or splits one; so does the module.
    static constexpr u32 SPANS_MAX = 2 * MEMORY_ENTRIES_MAX + 2;

    void add(PhysicalSpan span);
    void exclude(PhysicalSpan span);

    std::array<PhysicalSpan, SPANS_MAX> spans_{};
    u32 count_ = 0;
};

} // namespace knhk::bare
