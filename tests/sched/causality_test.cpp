// SPDX-License-Identifier: MIT
// Before, after, concurrent, and the canonical order of events.
#include "sched/causality.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace knhk {
namespace {

constexpr EventKey key(u64 beat, u64 timestamp, u16 core) {
    return {Beat{beat}, Timestamp{timestamp}, CoreId{core}};
}

struct Unordered {};

static_assert(HappensBefore<Timestamp> && HappensBefore<EventKey>);
static_assert(!HappensBefore<Unordered> && !HappensBefore<Beat> && !HappensBefore<u64>);
static_assert(happens_before(Timestamp{1}, Timestamp{2}));
static_assert(!happens_before(Timestamp{2}, Timestamp{2}));
static_assert(is_concurrent(Timestamp{2}, Timestamp{2}));
static_assert(key(1, 9, 9) < key(2, 0, 0) && key(1, 1, 9) < key(1, 2, 0));
static_assert(key(1, 1, 0) < key(1, 1, 1) && key(1, 1, 1) == key(1, 1, 1));
static_assert(sizeof(EventKey) == 24);

TEST(Timestamp, later_of_two_is_the_larger_in_both_orders) {
    EXPECT_EQ(later_of(Timestamp{3}, Timestamp{5}), Timestamp{5});
    EXPECT_EQ(later_of(Timestamp{5}, Timestamp{3}), Timestamp{5});
    EXPECT_EQ(later_of(Timestamp{4}, Timestamp{4}), Timestamp{4});
}

TEST(Timestamp, next_is_one_more_and_stops_at_the_end_of_time) {
    EXPECT_EQ(next(Timestamp{0}), Timestamp{1});
    EXPECT_EQ(next(Timestamp{TIMESTAMP_END - 1}), Timestamp{TIMESTAMP_END});
    EXPECT_EQ(next(Timestamp{TIMESTAMP_END}), Timestamp{TIMESTAMP_END});
    EXPECT_EQ(next(Timestamp{~u64{0}}), Timestamp{~u64{0}}) << "and never goes back";
}

TEST(HappensBefore, smaller_timestamp_is_before_and_not_after) {
    EXPECT_TRUE(happens_before(Timestamp{1}, Timestamp{2}));
    EXPECT_FALSE(happens_before(Timestamp{2}, Timestamp{1}));
    EXPECT_FALSE(is_concurrent(Timestamp{1}, Timestamp{2}));
    EXPECT_FALSE(is_concurrent(Timestamp{2}, Timestamp{1}));
}

TEST(HappensBefore, equal_timestamps_on_two_cores_are_concurrent_and_ordered_all_the_same) {
    const EventKey a = key(3, 7, 0);
    const EventKey b = key(3, 7, 1);
    EXPECT_TRUE(is_concurrent(a, b));
    EXPECT_TRUE(is_concurrent(b, a));
    EXPECT_LT(a, b);
}

TEST(HappensBefore, event_is_concurrent_with_itself) {
    EXPECT_TRUE(is_concurrent(key(1, 2, 3), key(1, 2, 3)));
}

TEST(HappensBefore, relation_is_a_strict_partial_order_that_the_canonical_order_extends) {
    std::vector<EventKey> keys;
    for (u64 beat = 0; beat < 3; ++beat) {
        for (u64 step = 0; step < 2; ++step) {
            for (u16 core = 0; core < 3; ++core) {
                keys.push_back(key(beat, beat * 2 + step + 1, core)); // later beats begin later
            }
        }
    }
    for (const EventKey& a : keys) {
        for (const EventKey& b : keys) {
            EXPECT_EQ(happens_before(a, b) + happens_before(b, a) + is_concurrent(a, b), 1);
            EXPECT_TRUE(!happens_before(a, b) || a < b);
            for (const EventKey& c : keys) {
                EXPECT_TRUE(!happens_before(a, b) || !happens_before(b, c) || happens_before(a, c));
            }
        }
    }
}

TEST(EventKey, beat_counts_before_timestamp_and_timestamp_before_core) {
    std::vector<EventKey> keys{key(2, 1, 1), key(1, 2, 1), key(1, 1, 2), key(1, 1, 1),
                               key(1, 2, 0), key(0, 9, 9), key(2, 0, 9)};
    std::ranges::sort(keys);
    EXPECT_EQ(keys, (std::vector<EventKey>{key(0, 9, 9), key(1, 1, 1), key(1, 1, 2), key(1, 2, 0),
                                           key(1, 2, 1), key(2, 0, 9), key(2, 1, 1)}));
}

} // namespace
} // namespace knhk
