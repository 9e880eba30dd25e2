// SPDX-License-Identifier: MIT
// A core's share of the log window: its bounds, its two halves, its digest.
#include "replay/log_window.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/native_run.hpp"

namespace knhk {
namespace {

Event event_of(u64 number) {
    return {number, number * 3, number * 5, 7, 2, 1, 0};
}

TEST(LogShareTest, capacity_is_a_constant_of_the_number_of_cores) {
    EXPECT_EQ(log_share_records(1), 16'384u);
    EXPECT_EQ(log_share_records(256), 64u);
    for (u32 cores = 1; cores <= CORES_MAX; cores *= 2) {
        EXPECT_EQ(log_share_records(cores), 512 * 1024 / cores / 32);
    }
}

TEST(LogShareTest, records_stand_in_the_order_of_their_appending) {
    const test::RegionSpan span;
    LogShare share(span.memory(), CoreId{2}, 4);
    share.begin_beat(0);
    for (u64 i = 0; i < 10; ++i) {
        share.append(event_of(i));
    }
    EXPECT_EQ(share.count(), 10u);
    EXPECT_TRUE(share.has_room(share.capacity() - 10));
    EXPECT_FALSE(share.has_room(share.capacity() - 9));
    for (u64 i = 0; i < 10; ++i) {
        EXPECT_EQ(share.events()[i].timestamp, i);
        EXPECT_EQ(share.events()[i].task_id, i * 3);
    }
}

TEST(LogShareTest, reserved_record_keeps_its_place_when_filled_later) {
    const test::RegionSpan span;
    LogShare share(span.memory(), CoreId{0}, 1);
    share.begin_beat(0);
    Event* first = share.reserve();
    share.append(event_of(2));
    *first = event_of(1);
    EXPECT_EQ(share.events()[0].timestamp, 1u);
    EXPECT_EQ(share.events()[1].timestamp, 2u);
}

TEST(LogShareTest, beat_leaves_the_records_of_the_one_before_alone) {
    const test::RegionSpan span;
    LogShare share(span.memory(), CoreId{1}, 256);
    share.begin_beat(6);
    while (share.has_room(1)) {
        share.append(event_of(100 + share.count()));
    }
    const Event* before = share.events();
    share.begin_beat(7);
    EXPECT_EQ(share.count(), 0u);
    while (share.has_room(1)) {
        share.append(event_of(200));
    }
    EXPECT_NE(share.events(), before);
    for (u64 i = 0; i < share.capacity(); ++i) {
        EXPECT_EQ(before[i].timestamp, 100 + i);
    }
    share.begin_beat(8);
    EXPECT_EQ(share.events(), before);
}

TEST(LogShareTest, shares_of_all_cores_fill_the_region_and_do_not_meet) {
    const test::RegionSpan span;
    const Memory memory = span.memory();
    const auto* begin = memory.as<Event>(region::log_window);
    const auto* end = begin + region::log_window.size_bytes / sizeof(Event);
    std::set<const Event*> used;
    for (u16 core = 0; core < 256; ++core) {
        for (const u64 beat : {0, 1}) {
            LogShare share(memory, CoreId{core}, 256);
            share.begin_beat(beat);
            while (share.has_room(1)) {
                const Event* place = share.reserve();
                EXPECT_TRUE(place >= begin && place < end);
                EXPECT_TRUE(used.insert(place).second);
            }
        }
    }
    EXPECT_EQ(used.size(), region::log_window.size_bytes / sizeof(Event));
}

TEST(LogShareDeathTest, record_beyond_the_share_panics) {
    const test::RegionSpan span;
    LogShare share(span.memory(), CoreId{0}, 256);
    share.begin_beat(0);
    for (u32 i = 0; i < 64; ++i) {
        share.append(event_of(i));
    }
    EXPECT_DEATH(share.append(event_of(64)), "panic: .*log_window.hpp");
}

TEST(LogShareTest, digest_is_the_hash_of_the_records_of_this_beat) {
    const test::RegionSpan span;
    LogShare share(span.memory(), CoreId{0}, 1);
    const Event events[] = {event_of(1), event_of(2), event_of(3)};
    for (const u64 beat : {0, 1, 2}) {
        share.begin_beat(beat);
        for (const Event& event : events) {
            share.append(event);
        }
        EXPECT_EQ(share.digest(), xxh3_128(events, sizeof events));
    }
}

TEST(LogShareTest, digest_of_no_record_is_zero) {
    const test::RegionSpan span;
    LogShare share(span.memory(), CoreId{0}, 1);
    share.begin_beat(0);
    EXPECT_EQ(share.digest(), Digest{});
    share.append(event_of(1));
    share.begin_beat(1);
    EXPECT_EQ(share.digest(), Digest{});
}

} // namespace
} // namespace knhk
