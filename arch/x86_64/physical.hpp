// SPDX-License-Identifier: MIT
// Physical memory as boot code sees it: the low 4 GiB, through the early page tables. Nothing here
// may be used once the final tables are loaded.
#pragma once

#include <cstring>
#include <span>
#include <type_traits>

#include "arch/x86_64/layout.h"
#include "base/types.hpp"

namespace knhk::x86 {

inline constexpr u64 PHYSICAL_LIMIT = u64{1} << 32;
static_assert(PHYSICAL_LIMIT == u64{KNHK_DIRECT_MAP_TABLES} << 30, "what the early tables show");

struct PhysicalSpan {
    u64 base = 0;
    u64 size_bytes = 0;

    [[nodiscard]] constexpr u64 end() const { return base + size_bytes; }
};

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

} // namespace knhk::x86
