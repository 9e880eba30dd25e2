// SPDX-License-Identifier: MIT
// Orders that could be weaker, and why they are not: what the test of weaker orders would report.
#pragma once

#include <array>
#include <atomic>

#include "tests/relacy/sites.hpp"

namespace knhk::test {

/// In this function, the n-th access of this kind that has an order to lose (from 1, by place) may
/// have this order as far as any proof can see.
struct Explained {
    const char* file;
    const char* function;
    u32 nth;
    Access access;
    std::memory_order order;
    const char* why;
};

/// None: what no proof needed was made weaker.
inline constexpr std::array<Explained, 0> EXPLAINED{};

} // namespace knhk::test
