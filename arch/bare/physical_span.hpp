// SPDX-License-Identifier: MIT
// A piece of physical memory: an address and a size, whoever says them.
#pragma once

#include "base/types.hpp"

namespace knhk::bare {

struct PhysicalSpan {
    u64 base = 0;
    u64 size_bytes = 0;

    [[nodiscard]] constexpr u64 end() const { return base + size_bytes; }
    friend bool operator==(const PhysicalSpan&, const PhysicalSpan&) = default;
};

} // namespace knhk::bare
