// SPDX-License-Identifier: MIT
// Lamport's two rules, the jump forward, and the end of logical time.
#include "sched/logical_clock.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace knhk {
namespace {

constexpr Timestamp LAST{TIMESTAMP_END - 1};

constexpr Timestamp received(u64 local, u64 remote) {
    LogicalClock clock(Timestamp{local});
    return clock.receive(Timestamp{remote});
}
constexpr Timestamp tick_after_forward(u64 local, u64 target) {
    LogicalClock clock(Timestamp{local});
    clock.fast_forward(Timestamp{target});
    return clock.tick();
}

static_assert(LogicalClock().now() == Timestamp{0});
static_assert(LogicalClock().tick() == Timestamp{1});
static_assert(received(2, 10) == Timestamp{11});
static_assert(received(3, 1) == Timestamp{4});
static_assert(received(3, 3) == Timestamp{4});
static_assert(tick_after_forward(2, 100) == Timestamp{101});
static_assert(tick_after_forward(100, 2) == Timestamp{101});

TEST(LogicalClock, first_tick_of_zero_memory_is_one) {
    alignas(LogicalClock) std::byte memory[sizeof(LogicalClock)] = {};
    LogicalClock clock(Timestamp{9});
    std::memcpy(&clock, memory, sizeof clock);
    EXPECT_EQ(clock.now(), Timestamp{0});
    EXPECT_EQ(clock.tick(), Timestamp{1});
    EXPECT_EQ(clock.now(), Timestamp{1}) << "now does not tick";
}

TEST(LogicalClock, received_time_that_is_later_is_passed) {
    LogicalClock clock(Timestamp{2});
    EXPECT_EQ(clock.receive(Timestamp{10}), Timestamp{11});
    EXPECT_EQ(clock.now(), Timestamp{11});
}

TEST(LogicalClock, received_time_that_is_earlier_or_equal_costs_one_step) {
    LogicalClock clock(Timestamp{3});
    EXPECT_EQ(clock.receive(Timestamp{1}), Timestamp{4});
    EXPECT_EQ(clock.receive(Timestamp{4}), Timestamp{5});
}

TEST(LogicalClock, fast_forward_goes_forward_only) {
    LogicalClock clock;
    clock.tick();
    clock.tick();
    clock.fast_forward(Timestamp{100});
    EXPECT_EQ(clock.now(), Timestamp{100}) << "no event, no step";
    EXPECT_EQ(clock.tick(), Timestamp{101});
    clock.fast_forward(Timestamp{50});
    EXPECT_EQ(clock.now(), Timestamp{101});
}

TEST(LogicalClock, last_time_before_the_end_can_be_reached) {
    LogicalClock clock(Timestamp{LAST.raw - 1});
    EXPECT_EQ(clock.tick(), LAST);
    EXPECT_EQ(received(0, LAST.raw - 1), LAST);
    clock.fast_forward(LAST);
    EXPECT_EQ(clock.now(), LAST);
}

TEST(LogicalClockDeathTest, tick_to_the_end_of_time_panics) {
    LogicalClock clock(LAST);
    EXPECT_DEATH(clock.tick(), "panic: .*logical_clock.hpp");
}

TEST(LogicalClockDeathTest, receiving_the_last_time_or_a_later_one_panics) {
    LogicalClock clock;
    EXPECT_DEATH(clock.receive(LAST), "panic: .*logical_clock.hpp");
    EXPECT_DEATH(clock.receive(Timestamp{TIMESTAMP_END}), "panic: .*logical_clock.hpp");
    EXPECT_DEATH(clock.receive(Timestamp{~u64{0}}), "panic: .*logical_clock.hpp")
        << "one more would be zero";
}

TEST(LogicalClockDeathTest, forward_or_start_beyond_the_end_panics) {
    LogicalClock clock;
    EXPECT_DEATH(clock.fast_forward(Timestamp{TIMESTAMP_END}), "panic: .*logical_clock.hpp");
    EXPECT_DEATH(LogicalClock{Timestamp{TIMESTAMP_END}}, "panic: .*logical_clock.hpp");
}

} // namespace
} // namespace knhk
