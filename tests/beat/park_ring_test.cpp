// SPDX-License-Identifier: MIT
// The park ring: order, its bound, and what it counts.
#include "beat/park_ring.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <thread>

#include "tests/beat/ring_memory.hpp"

namespace knhk {
namespace {

using test::below;
using test::RingMemory;
using Ring = ParkRing<u64>;

TEST(ParkRing, sizes_are_powers_of_two) {
    for (const u32 size : {1u, 2u, 8u, 4096u, RING_SIZE_MAX}) {
        EXPECT_TRUE(Ring::valid_size(size)) << size;
    }
    for (const u32 size : {0u, 3u, 12u, 2 * RING_SIZE_MAX, ~0u}) {
        EXPECT_FALSE(Ring::valid_size(size)) << size;
    }
}

TEST(ParkRing, causes_are_1_to_4) {
    for (u32 raw = 0; raw < 300; ++raw) {
        EXPECT_EQ(is_defined(static_cast<ParkCause>(raw)), raw >= 1 && raw <= 4) << raw;
    }
}

TEST(ParkRing, zero_memory_is_an_empty_ring) {
    const RingMemory memory(Ring::bytes(4));
    Ring ring(memory.get(), 4);
    u64 entry = 7;
    EXPECT_FALSE(ring.pop(entry));
    EXPECT_EQ(entry, 7u);
    EXPECT_EQ(ring.size(), 0u);
}

TEST(ParkRing, full_ring_counts_what_it_refuses_and_keeps_what_it_has) {
    const RingMemory memory(Ring::bytes(4), std::byte{0xFF});
    Ring ring = Ring::make(memory.get(), 4);
    for (u64 i = 0; i < 4; ++i) {
        ASSERT_TRUE(ring.push(i).has_value());
    }
    for (u64 i = 1; i <= 3; ++i) {
        const Result<void> refused = ring.push(99);
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error(), Error::QueueFull);
        EXPECT_EQ(ring.refused(), i);
    }
    for (u64 i = 0; i < 4; ++i) {
        u64 entry = 0;
        ASSERT_TRUE(ring.pop(entry));
        EXPECT_EQ(entry, i);
    }
    EXPECT_EQ(ring.size(), 0u);
}

TEST(ParkRing, entries_leave_in_the_order_in_which_they_came) {
    std::mt19937_64 random(3);
    for (const u32 size : {1u, 2u, 16u}) {
        const RingMemory memory(Ring::bytes(size));
        Ring ring(memory.get(), size);
        std::deque<u64> expected;
        for (u64 next = 0; next < 2000; ++next) {
            if (random() % 2 == 0) {
                ASSERT_EQ(ring.push(next).has_value(), expected.size() < size);
                if (expected.size() < size) {
                    expected.push_back(next);
                }
            } else {
                u64 entry = 0;
                ASSERT_EQ(ring.pop(entry), !expected.empty());
                if (!expected.empty()) {
                    ASSERT_EQ(entry, expected.front());
                    expected.pop_front();
                }
            }
            ASSERT_EQ(ring.size(), expected.size());
        }
    }
}

TEST(ParkRing, two_threads_pass_all_entries_in_order) {
    constexpr u64 ENTRIES = 50'000;
    const RingMemory memory(ParkRing<ParkedRun>::bytes(8));
    ParkRing<ParkedRun> ring(memory.get(), 8);
    std::thread producer([&] {
        for (u64 i = 0; i < ENTRIES; ++i) {
            ParkedRun entry{};
            entry.cycle = entry.run.subjects[7] = entry.hook = i;
            while (!ring.push(entry)) {
                std::this_thread::yield();
            }
        }
    });
    u64 wrong = 0;
    for (u64 i = 0; i < ENTRIES; ++i) {
        ParkedRun entry{};
        while (!ring.pop(entry)) {
            std::this_thread::yield();
        }
        wrong += entry.cycle != i || entry.run.subjects[7] != i || entry.hook != i ? 1 : 0;
    }
    producer.join();
    EXPECT_EQ(wrong, 0u);
}

} // namespace
} // namespace knhk
