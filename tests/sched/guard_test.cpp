// SPDX-License-Identifier: MIT
// Guards by themselves: each subject and each test of a rule, functions, and who does not pass.
#include "sched/guard.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "sched/limits.hpp"

namespace knhk {
namespace {

constexpr u64 MAX = ~u64{0};

class Guards : public testing::Test {
  protected:
    [[nodiscard]] bool holds(const GuardRule& rule) {
        GuardView view(task_, state_, std::span(observations_).first(known_));
        return passes({.function = nullptr, .rule = &rule}, view);
    }
    [[nodiscard]] u64 value_of(GuardSubject subject, u32 index) {
        for (u64 value = 0; value < 600; ++value) {
            if (holds({.subject = subject,
                       .test = GuardTest::Equal,
                       .index = index,
                       .value = value})) {
                return value;
            }
        }
        return MAX;
    }
    void set_state(u32 word, u64 value) {
        std::memcpy(state_.data() + 8 * word, &value, sizeof value);
    }

    Task task_{.id = 77, .payload = {11, 12, 13, 14}};
    std::vector<std::byte> state_ = std::vector<std::byte>(STATE_SLAB_BYTES);
    std::vector<Observation> observations_ = {{{1, 2, 3, 4}}, {{5, 6, 7, 8}}, {{9, 9, 9, 9}}};
    std::size_t known_ = 2; ///< of the observations
};

struct TestCase {
    GuardTest test;
    u64 value;
    u64 to;
    std::vector<u64> pass;
    std::vector<u64> fail;
};

TEST_F(Guards, each_test_holds_for_what_it_says_and_for_nothing_else) {
    const TestCase cases[] = {
        {GuardTest::Never, 5, 9, {}, {0, 4, 5, 6, MAX}},
        {GuardTest::Always, 5, 0, {0, 4, 5, 6, MAX}, {}},
        {GuardTest::Equal, 5, 0, {5}, {0, 4, 6, MAX}},
        {GuardTest::NotEqual, 5, 0, {0, 4, 6, MAX}, {5}},
        {GuardTest::Less, 5, 0, {0, 4}, {5, 6, MAX}},
        {GuardTest::AtLeast, 5, 0, {5, 6, MAX}, {0, 4}},
        {GuardTest::AnyBits, 6, 0, {2, 4, 6, 7, MAX}, {0, 1, 8, 9}},
        {GuardTest::AllBits, 6, 0, {6, 7, 14, MAX}, {0, 2, 4, 8, 9}},
        {GuardTest::AllBits, 0, 0, {0, 9}, {}},
        {GuardTest::AnyBits, 0, 0, {}, {0, 9}},
        {GuardTest::Between, 5, 8, {5, 6, 8}, {0, 4, 9, MAX}},
        {GuardTest::Between, 5, 5, {5}, {4, 6}},
        {GuardTest::Between, 8, 5, {}, {4, 5, 6, 8, 9}},
        {static_cast<GuardTest>(9), 5, 8, {}, {0, 5, 6, MAX}},
    };
    for (const TestCase& c : cases) {
        const GuardRule rule{.subject = GuardSubject::Payload,
                             .test = c.test,
                             .index = 2,
                             .value = c.value,
                             .to = c.to};
        for (const u64 value : c.pass) {
            task_.payload[2] = value;
            EXPECT_TRUE(holds(rule)) << "test " << u32(c.test) << " of " << value;
        }
        for (const u64 value : c.fail) {
            task_.payload[2] = value;
            EXPECT_FALSE(holds(rule)) << "test " << u32(c.test) << " of " << value;
        }
    }
}

TEST_F(Guards, subjects_are_what_they_name) {
    for (u32 word = 0; word < PAYLOAD_WORDS; ++word) {
        EXPECT_EQ(value_of(GuardSubject::Payload, word), 11u + word);
    }
    EXPECT_EQ(value_of(GuardSubject::Id, 3), 77u);
    EXPECT_EQ(value_of(GuardSubject::Nothing, 1), 0u);
    for (u32 word = 0; word < 8; ++word) {
        EXPECT_EQ(value_of(GuardSubject::Observation, word), 1u + word) << "four to a number";
    }
    set_state(0, 501);
    set_state(511, 502);
    EXPECT_EQ(value_of(GuardSubject::State, 0), 501u);
    EXPECT_EQ(value_of(GuardSubject::State, 511), 502u);
    EXPECT_EQ(value_of(GuardSubject::State, 1), 0u);
}

TEST_F(Guards, what_does_not_exist_reads_as_0) {
    set_state(511, 502);
    EXPECT_EQ(value_of(GuardSubject::State, 512), 0u);
    EXPECT_EQ(value_of(GuardSubject::State, ~u32{0}), 0u);
    EXPECT_EQ(value_of(GuardSubject::Observation, 8), 0u);
    EXPECT_EQ(value_of(GuardSubject::Observation, ~u32{0}), 0u);
    EXPECT_EQ(value_of(static_cast<GuardSubject>(9), 0), 0u);
    known_ = 0;
    EXPECT_EQ(value_of(GuardSubject::Observation, 0), 0u);
}

TEST_F(Guards, rule_over_state_does_not_pass_for_a_stateless_task_whatever_it_says) {
    task_.flags = TASK_STATELESS;
    EXPECT_FALSE(holds({.subject = GuardSubject::State, .test = GuardTest::Always}));
    EXPECT_FALSE(holds({.subject = GuardSubject::State, .test = GuardTest::Equal}));
    EXPECT_TRUE(holds({.subject = GuardSubject::Id, .test = GuardTest::Always}));
    EXPECT_TRUE(holds({.subject = GuardSubject::Observation, .test = GuardTest::Always}));
    EXPECT_TRUE(holds({.subject = GuardSubject::Nothing, .test = GuardTest::Always}));
}

TEST_F(Guards, function_that_asks_for_the_state_does_not_pass_for_a_stateless_task) {
    const Guard guard{.function = [](GuardView& view) { return view.state().size() != 1; }};
    GuardView with_state(task_, state_, observations_);
    EXPECT_TRUE(passes(guard, with_state));
    EXPECT_FALSE(with_state.denied());
    EXPECT_EQ(with_state.state().size(), STATE_SLAB_BYTES);
    task_.flags = TASK_STATELESS;
    GuardView without(task_, state_, observations_);
    EXPECT_FALSE(passes(guard, without));
    EXPECT_TRUE(without.denied());
    EXPECT_TRUE(without.state().empty());
}

TEST_F(Guards, function_decides_and_is_asked_before_a_rule) {
    const GuardRule always{.test = GuardTest::Always};
    const GuardRule never{.test = GuardTest::Never};
    GuardView view(task_, state_, observations_);
    EXPECT_FALSE(passes({.function = [](GuardView&) { return false; }, .rule = &always}, view));
    EXPECT_TRUE(passes({.function = [](GuardView&) { return true; }, .rule = &never}, view));
}

TEST_F(Guards, guard_that_nobody_named_does_not_pass) {
    GuardView view(task_, state_, observations_);
    EXPECT_FALSE(passes({}, view));
}

TEST_F(Guards, view_shows_the_task_and_the_observations) {
    const GuardView view(task_, state_, observations_);
    EXPECT_EQ(&view.task(), &task_);
    EXPECT_EQ(view.observations().data(), observations_.data());
    EXPECT_EQ(view.observations().size(), 3u);
}

} // namespace
} // namespace knhk
