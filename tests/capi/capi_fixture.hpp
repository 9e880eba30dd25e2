// SPDX-License-Identifier: MIT
// What tests of the C interface have in common: memory, triples, and pointers that are wrong.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "include/knhk.h"
#include "tests/beat/ring_memory.hpp"

namespace knhk::test {

/// One byte off; not to be looked at.
template<class T>
T* misaligned(T* pointer) {
    return reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(pointer) + 1);
}

template<class Handle>
struct Made {
    Handle handle{};
    std::unique_ptr<RingMemory> memory;

    Handle* operator&() { return &handle; }
};

inline Made<knhk_delta_ring_t> delta_ring(u64 size = 16) {
    Made<knhk_delta_ring_t> made;
    const u64 bytes = knhk_ring_bytes_delta(size);
    made.memory = std::make_unique<RingMemory>(bytes, std::byte{0x77});
    EXPECT_EQ(knhk_ring_init_delta(&made.handle, size, made.memory->get(), bytes), KNHK_OK);
    return made;
}
inline Made<knhk_assertion_ring_t> assertion_ring(u64 rows = 16, u64 receipts = 8) {
    Made<knhk_assertion_ring_t> made;
    const u64 bytes = knhk_ring_bytes_assertion(rows, receipts);
    made.memory = std::make_unique<RingMemory>(bytes, std::byte{0x77});
    EXPECT_EQ(knhk_ring_init_assertion(&made.handle, rows, receipts, made.memory->get(), bytes),
              KNHK_OK);
    return made;
}
inline Made<knhk_park_ring_t> park_ring(u64 size = 4) {
    Made<knhk_park_ring_t> made;
    const u64 bytes = knhk_ring_bytes_park(size);
    made.memory = std::make_unique<RingMemory>(bytes, std::byte{0x77});
    EXPECT_EQ(knhk_ring_init_park(&made.handle, size, made.memory->get(), bytes), KNHK_OK);
    return made;
}

/// Sixteen triples of predicate 5: subjects 1, 2, 3, 1, ..., objects 0, 1, 2, ...
struct Triples {
    alignas(64) std::array<u64, 16> S;
    alignas(64) std::array<u64, 16> P;
    alignas(64) std::array<u64, 16> O;
    knhk_context_t context{};

    Triples() {
        for (u64 i = 0; i < 16; ++i) {
            S[i] = 1 + i % 3;
            P[i] = 5;
            O[i] = i;
        }
        EXPECT_EQ(knhk_init_ctx(&context, S.data(), P.data(), O.data(), 16), KNHK_OK);
        pin(0, 8);
    }
    void pin(u64 off, u64 len) {
        EXPECT_EQ(knhk_pin_run(&context, {5, off, len}, nullptr), KNHK_OK);
    }
};

inline constexpr knhk_place_t PLACE{9, 1, 0x1'0000'0007, 0};
inline constexpr knhk_limits_t LIMITS{KNHK_BUDGET_MAX, KNHK_W1};

constexpr knhk_hook_t hook(u32 op, u64 s = 1, u64 o = 3, u32 k = 0) {
    return {op, k, s, 5, o};
}

} // namespace knhk::test
