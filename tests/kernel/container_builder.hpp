// SPDX-License-Identifier: MIT
// Containers built byte by byte as the format says, with every field open to lies.
#pragma once

#include <string>
#include <vector>

#include "base/types.hpp"

namespace knhk::test {

using ContainerBytes = std::vector<std::byte>;

inline constexpr std::size_t HEADER_BYTES = 32;
inline constexpr std::size_t SECTION_BYTES = 32;

/// What a container says of one section. Nothing has to be true.
struct SectionEntry {
    u32 kind = 1;
    u32 version = 1;
    u64 offset = 0;
    u64 size = 0;
    u64 reserved = 0;
};

void put_number(ContainerBytes& bytes, std::size_t at, u64 value, u32 size);
/// Sets the hash to that of what stands behind the header.
void seal(ContainerBytes& bytes);

/// A sealed container with this table and `payload_bytes` behind it.
[[nodiscard]] ContainerBytes container_with(const std::vector<SectionEntry>& table,
                                            std::size_t payload_bytes);
/// A good container with one workload section.
[[nodiscard]] ContainerBytes container_of(const std::string& workload);

} // namespace knhk::test
