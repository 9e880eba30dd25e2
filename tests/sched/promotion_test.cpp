// SPDX-License-Identifier: MIT
// Requests for another snapshot: who may ask, who is first at the pulse, and what the log says of
// it (docs/determinism.md, 2.12).
#include "sched/planner.hpp"

#include <gtest/gtest.h>

#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::executed;
using test::of_kind;
using test::task_of;

constexpr u8 PROMOTED = 0;
constexpr u8 REFUSED = 1;

/// Two snapshots. Tasks of this handler ask for the one in their payload's first word.
class Promotion : public testing::Test {
  protected:
    void set_up(u32 cores, std::vector<test::Input> inputs) {
        hand_.setup.snapshots = snapshots_;
        hand_.set_up(cores, std::move(inputs));
    }
    [[nodiscard]] test::Input asking(u64 id, u64 snapshot, u64 beat = 0) const {
        Task task = task_of(id, ask_);
        task.payload[0] = snapshot;
        return {task, beat};
    }
    /// All promotions that a run logs until it is quiescent, in the order of their cores.
    std::vector<Event> promotions() {
        std::vector<Event> all;
        while (hand_.step()) {
            for (u32 core = 0; core < hand_.setup.cores; ++core) {
                for (const Event& event : of_kind(hand_.events(core), EventKind::Promotion)) {
                    all.push_back(event);
                }
            }
        }
        return all;
    }

    ByHand hand_;
    std::vector<RunSnapshot> snapshots_ = {{{}, 0xA0}, {{}, 0xA1}};
    HandlerId ask_ =
        hand_.handler([](TaskContext& context) { context.promote(u32(context.payload(0))); });
};

TEST_F(Promotion, request_takes_effect_at_the_pulse_and_is_an_event_of_the_beat_behind) {
    set_up(1, {asking(7, 1)});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 7).status, 0);
    EXPECT_EQ(hand_.state->snapshot, 0u) << "not before the pulse";
    ASSERT_TRUE(hand_.step()) << "what was asked for keeps the run from ending";
    EXPECT_EQ(hand_.plan().beat.raw, 8u);
    EXPECT_EQ(hand_.state->snapshot, 1u);
    EXPECT_EQ(hand_.state->promotions, 1u);
    const auto events = of_kind(hand_.events(), EventKind::Promotion);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].task_id, 7u);
    EXPECT_EQ(events[0].hash, 0xA1u);
    EXPECT_EQ(events[0].ticks, 1u);
    EXPECT_EQ(events[0].status, PROMOTED);
    EXPECT_FALSE(hand_.step());
}

TEST_F(Promotion, request_that_is_asked_for_while_others_run_waits_for_the_pulse) {
    set_up(1, {asking(7, 1), {task_of(8), 1}, {task_of(9), 7}});
    for (const u64 beat : {0, 1, 7}) {
        ASSERT_TRUE(hand_.step());
        EXPECT_EQ(hand_.plan().beat.raw, beat);
        EXPECT_EQ(hand_.state->snapshot, 0u) << beat;
        EXPECT_TRUE(of_kind(hand_.events(), EventKind::Promotion).empty()) << beat;
    }
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(hand_.state->snapshot, 1u);
    EXPECT_EQ(of_kind(hand_.events(), EventKind::Promotion).size(), 1u);
}

TEST_F(Promotion, earliest_request_wins_and_the_others_are_logged_as_refused) {
    // Core 1's task is its core's second, so it starts a step later.
    set_up(4, {{task_of(1)}, asking(5, 0), asking(2, 1), asking(3, 0)});
    const auto events = promotions();
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[0].task_id, 5u);
    EXPECT_EQ(events[0].status, REFUSED);
    EXPECT_EQ(events[1].task_id, 2u);
    EXPECT_EQ(events[1].status, PROMOTED) << "the lowest core of equal timestamps";
    EXPECT_EQ(events[2].task_id, 3u);
    EXPECT_EQ(events[2].status, REFUSED);
    EXPECT_EQ(hand_.state->snapshot, 1u);
    EXPECT_EQ(hand_.state->promotions, 1u);
}

TEST_F(Promotion, second_request_of_a_core_in_an_epoch_is_refused_at_once) {
    set_up(1, {asking(1, 1), asking(2, 0)});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 1).status, 0);
    EXPECT_EQ(executed(hand_.events(), 2).status, static_cast<u8>(TaskStatus::QueueFull));
    EXPECT_EQ(promotions().size(), 1u);
    EXPECT_EQ(hand_.state->snapshot, 1u);
}

TEST_F(Promotion, snapshot_that_is_not_there_is_refused_at_once) {
    set_up(1, {asking(1, 2)});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 1).status, static_cast<u8>(TaskStatus::NoSnapshot));
    EXPECT_TRUE(promotions().empty());
}

TEST_F(Promotion, every_epoch_decides_for_itself) {
    set_up(1, {asking(1, 1), asking(2, 0, 9), asking(3, 1, 16)});
    const auto events = promotions();
    ASSERT_EQ(events.size(), 3u);
    for (const Event& event : events) {
        EXPECT_EQ(event.status, PROMOTED);
    }
    EXPECT_EQ(hand_.state->snapshot, 1u);
    EXPECT_EQ(hand_.state->promotions, 3u);
}

TEST_F(Promotion, accepted_request_is_an_effect_that_no_second_run_repeats) {
    const HandlerId ask_and_exceed = hand_.handler([](TaskContext& context) {
        context.promote(1);
        context.work(100);
    });
    set_up(1, {{task_of(1, ask_and_exceed)}});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 1).status, static_cast<u8>(TaskStatus::OverBudget));
    EXPECT_EQ(promotions().size(), 1u);
}

} // namespace
} // namespace knhk
