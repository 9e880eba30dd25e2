// SPDX-License-Identifier: MIT
// The circuit breaker's table of transitions, and what it lets through.
#include "sched/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace knhk {
namespace {

using enum BreakerState;

constexpr BreakerLimits LIMITS{.failures = 3, .successes = 2, .beats = 5};
constexpr u64 NOW = 100;

void expect_same(const CircuitBreaker& found, const CircuitBreaker& wanted) {
    EXPECT_EQ(found.state, wanted.state);
    EXPECT_EQ(found.count, wanted.count);
    EXPECT_EQ(found.since, wanted.since);
}

TEST(CircuitBreaker, each_state_and_result_has_its_transition) {
    struct Transition {
        CircuitBreaker before;
        bool success;
        CircuitBreaker after;
    };
    constexpr Transition TABLE[] = {
        {{Closed, 0, 0}, true, {Closed, 0, 0}},     {{Closed, 0, 0}, false, {Closed, 1, 0}},
        {{Closed, 1, 0}, false, {Closed, 2, 0}},    {{Closed, 2, 0}, true, {Closed, 0, 0}},
        {{Closed, 2, 0}, false, {Open, 0, NOW}},    {{Open, 0, 90}, true, {HalfOpen, 1, NOW}},
        {{Open, 0, 90}, false, {Open, 0, NOW}},     {{HalfOpen, 1, 99}, true, {Closed, 0, 0}},
        {{HalfOpen, 1, 99}, false, {Open, 0, NOW}},
    };
    for (const Transition& transition : TABLE) {
        expect_same(transition.before.after(transition.success, NOW, LIMITS), transition.after);
    }
}

TEST(CircuitBreaker, limits_of_one_take_one) {
    constexpr BreakerLimits ONE{.failures = 1, .successes = 1, .beats = 1};
    expect_same(CircuitBreaker{}.after(false, NOW, ONE), {Open, 0, NOW});
    expect_same(CircuitBreaker{Open, 0, 90}.after(true, NOW, ONE), {});
}

TEST(CircuitBreaker, open_one_lets_through_when_more_than_its_beats_have_passed) {
    constexpr CircuitBreaker BREAKER{Open, 0, 10};
    EXPECT_FALSE(BREAKER.lets_through(10, LIMITS));
    EXPECT_FALSE(BREAKER.lets_through(15, LIMITS)) << "exactly as many";
    EXPECT_TRUE(BREAKER.lets_through(16, LIMITS));
}

TEST(CircuitBreaker, half_open_one_lets_one_a_beat_through) {
    constexpr CircuitBreaker BREAKER{HalfOpen, 1, 16};
    EXPECT_FALSE(BREAKER.lets_through(16, LIMITS));
    EXPECT_TRUE(BREAKER.lets_through(17, LIMITS));
}

TEST(CircuitBreaker, closed_one_lets_all_through) {
    EXPECT_TRUE(CircuitBreaker{}.lets_through(0, LIMITS));
    EXPECT_TRUE((CircuitBreaker{Closed, 2, 0}.lets_through(0, LIMITS)));
}

TEST(CircuitBreaker, counts_reach_the_largest_limits) {
    constexpr BreakerLimits MOST{.failures = 255, .successes = 255, .beats = 1};
    CircuitBreaker breaker{};
    for (u32 failure = 1; failure < 255; ++failure) {
        breaker = breaker.after(false, NOW, MOST);
        ASSERT_EQ(breaker.state, Closed) << failure;
    }
    breaker = breaker.after(false, NOW, MOST);
    EXPECT_EQ(breaker.state, Open);
    for (u32 success = 1; success < 255; ++success) {
        breaker = breaker.after(true, NOW + success, MOST);
        ASSERT_EQ(breaker.state, HalfOpen) << success;
    }
    EXPECT_EQ(breaker.after(true, 900, MOST).state, Closed);
}

} // namespace
} // namespace knhk
