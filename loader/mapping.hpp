// SPDX-License-Identifier: MIT
// Memory at the addresses that the image was linked for. Only addresses that are free are taken.
#pragma once

#include <span>

#include "loader/image_check.hpp"
#include "loader/input_file.hpp"

namespace knhk::loader {

/// Puts the image's segments at their addresses, with their permissions. Throws a Failure.
void map_image(const ImageLayout& layout, std::span<const std::byte> file);

/// Puts zeroed memory where the image expects its regions; region::drain shares `drain` when that
/// is open. Throws a Failure.
void map_regions(const OpenFile& drain);

/// Copies the container to its region; it fits. Gives its size.
u64 place_container(std::span<const std::byte> container);

/// Keeps image and regions from being swapped out, as far as the limits allow.
void lock_memory(const ImageLayout& layout);

} // namespace knhk::loader
