// SPDX-License-Identifier: MIT
// The core-local ring: order, bounds, and two threads on its two ends.
#include "sched/work_queue.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace knhk {
namespace {

using Queue = WorkQueue<u64, 8>;

TEST(WorkQueue, zero_memory_is_an_empty_queue) {
    const auto queue = std::make_unique<Queue>();
    u64 item = 7;
    EXPECT_FALSE(queue->pop(item));
    EXPECT_EQ(item, 7u);
    EXPECT_EQ(queue->size(), 0u);
}

TEST(WorkQueue, push_to_full_queue_is_refused_and_changes_nothing) {
    const auto queue = std::make_unique<Queue>();
    for (u64 i = 0; i < 8; ++i) {
        ASSERT_TRUE(queue->push(i)) << "the whole capacity is usable";
    }
    EXPECT_FALSE(queue->push(99));
    EXPECT_EQ(queue->size(), 8u);
    u64 item = 0;
    ASSERT_TRUE(queue->pop(item));
    EXPECT_EQ(item, 0u);
}

TEST(WorkQueue, reserve_is_kept_free) {
    const auto queue = std::make_unique<Queue>();
    for (u64 i = 0; i < 6; ++i) {
        ASSERT_TRUE(queue->push(i, 2));
    }
    EXPECT_FALSE(queue->push(6, 2));
    EXPECT_TRUE(queue->push(6, 0)) << "the reserve is there for who does not leave one";
}

TEST(WorkQueue, peek_shows_what_pops_would_give_across_the_wrap) {
    const auto queue = std::make_unique<Queue>();
    u64 item = 0;
    for (u64 i = 0; i < 6; ++i) {
        ASSERT_TRUE(queue->push(i));
        ASSERT_TRUE(queue->pop(item));
    }
    for (u64 i = 0; i < 8; ++i) {
        ASSERT_TRUE(queue->push(10 + i));
    }
    for (u32 i = 0; i < 8; ++i) {
        EXPECT_EQ(queue->peek(i), 10u + i);
    }
    EXPECT_EQ(queue->size(), 8u) << "and nothing has left";
}

TEST(WorkQueue, order_is_kept_across_many_wraps) {
    const auto queue = std::make_unique<Queue>();
    u64 pushed = 0;
    u64 popped = 0;
    for (u32 round = 0; round < 1000; ++round) {
        const u32 batch = round % 8 + 1;
        for (u32 i = 0; i < batch && queue->push(pushed); ++i) {
            ++pushed;
        }
        u64 item = 0;
        for (u32 i = 0; i < (round * 5) % 9 && queue->pop(item); ++i) {
            ASSERT_EQ(item, popped);
            ++popped;
        }
    }
    EXPECT_GT(popped, 2000u);
    EXPECT_EQ(queue->size(), pushed - popped);
}

TEST(WorkQueue, two_threads_see_every_item_once_and_in_order) {
    constexpr u64 ITEMS = 300'000;
    const auto queue = std::make_unique<WorkQueue<u64, 64>>();
    std::thread producer([&] {
        for (u64 i = 0; i < ITEMS;) {
            if (queue->push(i)) {
                ++i;
            } else {
                std::this_thread::yield();
            }
        }
    });
    u64 expected = 0;
    u64 wrong = 0;
    while (expected < ITEMS) {
        u64 item = 0;
        if (queue->pop(item)) {
            wrong += item != expected ? 1 : 0;
            ++expected;
        } else {
            std::this_thread::yield();
        }
    }
    producer.join();
    EXPECT_EQ(wrong, 0u);
    EXPECT_EQ(queue->size(), 0u);
}

} // namespace
} // namespace knhk
