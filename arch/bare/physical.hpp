// SPDX-License-Identifier: MIT
// Physical memory as boot code sees it: the part that the early page tables show. Nothing here may
// be used once the final tables are loaded.
#pragma once

#include <cstring>
#include <span>
#include <type_traits>

#include "arch/bare/physical_span.hpp"
#include KNHK_BARE_LAYOUT // arch/<architecture>/layout.h, named by the build

namespace knhk::bare {

inline constexpr u64 GIBIBYTE = u64{1} << 30;
inline constexpr u64 PHYSICAL_LIMIT = u64{KNHK_DIRECT_MAP_GIBIBYTES} * GIBIBYTE;

constexpr bool is_visible(PhysicalSpan span) {
    return span.base < PHYSICAL_LIMIT && span.size_bytes <= PHYSICAL_LIMIT - span.base;
}

/// Where `address`, which is_visible, can be reached.
inline std::byte* physical_pointer(u64 address) {
    return reinterpret_cast<std::byte*>(KNHK_DIRECT_MAP_BASE + address);
}

/// The bytes at an address that somebody else named; empty when they cannot be reached.
inline std::span<const std::byte> physical_bytes(PhysicalSpan span) {
    if (span.base == 0 || !is_visible(span)) {
        return {};
    }
    return {physical_pointer(span.base), span.size_bytes};
}

/// Copies a structure out of firmware's memory; false when it cannot be reached.
template<class T>
[[nodiscard]] bool read_physical(u64 address, T& to) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto bytes = physical_bytes({address, sizeof(T)});
    if (bytes.empty()) {
        return false;
    }
    std::memcpy(&to, bytes.data(), sizeof(T));
    return true;
}

} // namespace knhk::bare
