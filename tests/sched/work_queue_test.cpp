// SPDX-License-Identifier: MIT
// The core-local ring: order, bounds, and two threads on its two ends.
#include "sched/work_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
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

/// An owner of both ends uses those calls that wait for nobody, and may give an end away again.
TEST(WorkQueue, calls_of_an_owner_of_both_ends_go_with_the_others) {
    std::mt19937_64 random(5);
    for (u32 run = 0; run < 200; ++run) {
        const auto queue = std::make_unique<Queue>();
        std::deque<u64> expected;
        for (u64 next = 0; next < 100; ++next) {
            u64* slot = nullptr;
            const bool pushed =
                random() % 2 == 0 ? queue->push(next) : (slot = queue->push_alone()) != nullptr;
            ASSERT_EQ(pushed, expected.size() < 8);
            if (slot != nullptr) {
                *slot = next;
            }
            if (pushed) {
                expected.push_back(next);
            }
            u64 items[4];
            for (u64 pops = random() % 3; pops > 0; --pops) {
                u32 count = 0;
                if (const u64 how = random() % 3; how == 0) {
                    const u64* item = queue->pop_alone();
                    count = item != nullptr ? 1 : 0;
                    items[0] = item != nullptr ? *item : 0;
                } else {
                    count = how == 1 ? (queue->pop(items[0]) ? 1 : 0) : queue->pop_many(items);
                    ASSERT_EQ(count, how == 1 ? std::min<u64>(expected.size(), 1)
                                              : std::min<u64>(expected.size(), 4));
                }
                for (u32 i = 0; i < count; ++i) {
                    ASSERT_EQ(items[i], expected.front());
                    expected.pop_front();
                }
                ASSERT_EQ(queue->size(), expected.size());
            }
        }
    }
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

TEST(WorkQueue, batch_into_too_little_room_is_pushed_in_part) {
    const auto queue = std::make_unique<Queue>();
    const u64 items[] = {0, 1, 2, 3, 4};
    EXPECT_EQ(queue->push_many(items), 5u);
    EXPECT_EQ(queue->push_many(items), 3u) << "the whole capacity is usable";
    EXPECT_EQ(queue->push_many(items), 0u);
    EXPECT_EQ(queue->size(), 8u);
    for (const u64 expected : {0, 1, 2, 3, 4, 0, 1, 2}) {
        u64 item = 99;
        ASSERT_TRUE(queue->pop(item));
        EXPECT_EQ(item, expected);
    }
}

TEST(WorkQueue, batch_from_too_few_items_is_popped_in_part) {
    const auto queue = std::make_unique<Queue>();
    const u64 items[] = {7, 8, 9};
    u64 popped[5] = {1, 1, 1, 1, 1};
    EXPECT_EQ(queue->pop_many(popped), 0u);
    EXPECT_EQ(popped[0], 1u) << "from an empty queue nothing is written";
    ASSERT_EQ(queue->push_many(items), 3u);
    EXPECT_EQ(queue->pop_many(std::span(popped).first(2)), 2u);
    EXPECT_EQ(popped[0], 7u);
    EXPECT_EQ(popped[1], 8u);
    EXPECT_EQ(queue->pop_many(popped), 1u);
    EXPECT_EQ(popped[0], 9u);
    EXPECT_EQ(popped[1], 8u) << "only what was popped is written";
    EXPECT_EQ(queue->pop_many({}), 0u);
    EXPECT_EQ(queue->push_many({}), 0u);
    EXPECT_EQ(queue->size(), 0u);
}

/// Singles and batches of every size, at every place of the ring, beside a plain deque.
TEST(WorkQueue, batches_and_singles_match_a_deque_across_many_wraps) {
    const auto queue = std::make_unique<Queue>();
    std::deque<u64> expected;
    u64 next = 0;
    for (u32 round = 0; round < 5000; ++round) {
        u64 items[9];
        const u32 pushes = round * 7 % 10;
        for (u32 i = 0; i < 9; ++i) {
            items[i] = next + i;
        }
        const u32 room = 8 - static_cast<u32>(expected.size());
        const u32 pushed =
            pushes == 9 ? queue->push(items[0]) : queue->push_many(std::span(items).first(pushes));
        ASSERT_EQ(pushed, std::min(pushes == 9 ? 1 : pushes, room));
        for (u32 i = 0; i < pushed; ++i) {
            expected.push_back(next++);
        }
        const u32 pops = round * 3 % 10;
        const u32 there = static_cast<u32>(expected.size());
        const u32 popped =
            pops == 9 ? queue->pop(items[0]) : queue->pop_many(std::span(items).first(pops));
        ASSERT_EQ(popped, std::min(pops == 9 ? 1 : pops, there));
        for (u32 i = 0; i < popped; ++i) {
            ASSERT_EQ(items[i], expected.front());
            expected.pop_front();
        }
        ASSERT_EQ(queue->size(), expected.size());
    }
    EXPECT_GT(next, 10'000u);
}

TEST(WorkQueue, two_threads_with_batches_see_every_item_once_and_in_order) {
    constexpr u64 ITEMS = 300'000;
    const auto queue = std::make_unique<WorkQueue<u64, 64>>();
    std::thread producer([&] {
        for (u64 i = 0; i < ITEMS;) {
            u64 items[24];
            for (u64 k = 0; k < 24; ++k) {
                items[k] = i + k;
            }
            const u64 left = std::min<u64>(ITEMS - i, i % 24 + 1);
            const u32 pushed = queue->push_many(std::span(items).first(left));
            i += pushed;
            if (pushed == 0) {
                std::this_thread::yield();
            }
        }
    });
    u64 expected = 0;
    u64 wrong = 0;
    while (expected < ITEMS) {
        u64 items[17];
        const u32 popped = queue->pop_many(items);
        for (u32 i = 0; i < popped; ++i) {
            wrong += items[i] != expected ? 1 : 0;
            ++expected;
        }
        if (popped == 0) {
            std::this_thread::yield();
        }
    }
    producer.join();
    EXPECT_EQ(wrong, 0u);
    EXPECT_EQ(queue->size(), 0u);
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
