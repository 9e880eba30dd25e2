// SPDX-License-Identifier: MIT
// The frames behind the regions of the memory map. Boot code only.
#pragma once

#include <array>

#include "arch/bare/frames.hpp"
#include "base/memory_map.hpp"

namespace knhk::bare {

/// Where each region lies in physical memory, in the order of REGIONS. Each is one piece.
using RegionFrames = std::array<u64, REGIONS.size()>;

/// Refuses, in words, a machine that cannot hold the image and the regions.
void check_memory_size(const Firmware& firmware);

/// Finds room for every region and fills it with zeros.
[[nodiscard]] RegionFrames take_regions(FrameAllocator& frames);

/// Copies the module into the region `container`; refuses one that does not fit.
void copy_container(const Firmware& firmware, const RegionFrames& region_frames);

/// Tells the host where in the machine's memory the log drain is: it reads it from outside.
void announce_drain(const RegionFrames& region_frames);

} // namespace knhk::bare
