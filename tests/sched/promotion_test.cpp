// SPDX-License-Identifier: MIT
// Requests for another snapshot: who may ask, who is first at the pulse, and what the log says of
// it (docs/determinism.md, 2.12).
#include "sched/planner.hpp"

#include <gtest/gtest.h>

#include "tests/sched/by_hand.hpp"
#include "tests/sched/two_snapshots.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::executed;
using test::of_kind;
using test::stateless;
using test::task_of;

constexpr u8 PROMOTED = 0;
constexpr u8 REFUSED = 1;
constexpr u8 DAMAGED = 2;

/// Tasks of this handler ask for the one in their payload's first word.
class Promotion : public testing::Test {
  protected:
    void set_up(u32 cores, std::vector<test::Input> inputs) {
        hand_.setup.snapshots = snapshots_.sealed;
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

    /// Which of both is followed; 2 before the first beat.
    [[nodiscard]] u32 followed() {
        const SnapshotDescriptor* const current = hand_.setup.sigma().current();
        return current == nullptr ? 2 : current->id == snapshots_.sealed[0].snapshot.id() ? 0 : 1;
    }
    [[nodiscard]] u64 turn() { return hand_.setup.sigma().current()->epoch; }

    ByHand hand_;
    test::TwoSnapshots snapshots_;
    HandlerId ask_ =
        hand_.handler([](TaskContext& context) { context.promote(u32(context.payload(0))); });
};

TEST_F(Promotion, request_takes_effect_at_the_pulse_and_is_an_event_of_the_beat_behind) {
    set_up(1, {asking(7, 1)});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 7).status, 0);
    EXPECT_EQ(followed(), 0u) << "not before the pulse";
    ASSERT_TRUE(hand_.step()) << "what was asked for keeps the run from ending";
    EXPECT_EQ(hand_.plan().beat.raw, 8u);
    EXPECT_EQ(followed(), 1u);
    EXPECT_EQ(turn(), 2u);
    const auto events = of_kind(hand_.events(), EventKind::Promotion);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].task_id, 7u);
    EXPECT_EQ(events[0].hash, snapshots_.id_word(1));
    EXPECT_EQ(events[0].ticks, 1u);
    EXPECT_EQ(events[0].status, PROMOTED);
    EXPECT_FALSE(hand_.step());
}

TEST_F(Promotion, request_that_is_asked_for_while_others_run_waits_for_the_pulse) {
    set_up(1, {asking(7, 1), {task_of(8), 1}, {task_of(9), 7}});
    for (const u64 beat : {0, 1, 7}) {
        ASSERT_TRUE(hand_.step());
        EXPECT_EQ(hand_.plan().beat.raw, beat);
        EXPECT_EQ(followed(), 0u) << beat;
        EXPECT_TRUE(of_kind(hand_.events(), EventKind::Promotion).empty()) << beat;
    }
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(followed(), 1u);
    EXPECT_EQ(of_kind(hand_.events(), EventKind::Promotion).size(), 1u);
}

TEST_F(Promotion, earliest_request_wins_and_the_others_are_logged_as_refused) {
    // Core 1's task is its core's second, so it starts a step later.
    set_up(4, {{task_of(1)}, asking(5, 0), asking(2, 1), asking(3, 0)});
    const auto events = promotions();
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[0].task_id, 5u);
    EXPECT_EQ(events[0].status, REFUSED);
    EXPECT_EQ(events[0].hash, snapshots_.id_word(1)) << "what is followed now";
    EXPECT_EQ(events[1].task_id, 2u);
    EXPECT_EQ(events[1].status, PROMOTED) << "the lowest core of equal timestamps";
    EXPECT_EQ(events[2].task_id, 3u);
    EXPECT_EQ(events[2].status, REFUSED);
    EXPECT_EQ(followed(), 1u);
    EXPECT_EQ(turn(), 2u);
}

TEST_F(Promotion, second_request_of_a_core_in_an_epoch_is_refused_at_once) {
    set_up(1, {asking(1, 1), asking(2, 0)});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 1).status, 0);
    EXPECT_EQ(executed(hand_.events(), 2).status, static_cast<u8>(TaskStatus::QueueFull));
    EXPECT_EQ(promotions().size(), 1u);
    EXPECT_EQ(followed(), 1u);
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
    EXPECT_EQ(followed(), 1u);
    EXPECT_EQ(turn(), 4u);
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

TEST_F(Promotion, snapshot_before_is_followed_again_and_then_the_one_before_that) {
    set_up(1, {asking(1, SNAPSHOT_BEFORE), asking(2, 1), asking(3, SNAPSHOT_BEFORE, 9),
               asking(4, SNAPSHOT_BEFORE, 17)});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 1).status, static_cast<u8>(TaskStatus::NoSnapshot))
        << "the first one has none before it";
    ASSERT_TRUE(hand_.step()); // beat 9: a pulse lies before it
    EXPECT_EQ(followed(), 1u);
    ASSERT_TRUE(hand_.step()); // beat 17
    EXPECT_EQ(followed(), 0u);
    const auto events = promotions();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].task_id, 4u);
    EXPECT_EQ(events[0].ticks, SNAPSHOT_BEFORE);
    EXPECT_EQ(followed(), 1u);
    EXPECT_EQ(turn(), 4u);
}

/// Tasks of this handler bring a piece of what `bytes_` holds: which one, their payload says. The
/// last one asks for its promotion.
class Loading : public Promotion {
  protected:
    static constexpr u64 PIECE = 128;

    [[nodiscard]] u64 pieces() const { return (bytes_.size() + PIECE - 1) / PIECE; }
    [[nodiscard]] Task piece(u64 number) const {
        Task task = task_of(0, load_);
        task.payload[0] = number;
        return task;
    }
    [[nodiscard]] std::vector<test::Input> whole() const {
        std::vector<test::Input> inputs;
        for (u64 number = 0; number < pieces(); ++number) {
            inputs.push_back({piece(number)});
        }
        inputs.push_back(asking(0, SNAPSHOT_LOADED));
        inputs.back().task.id = 4 * 100; // of core 0 too
        return inputs;
    }
    std::vector<std::byte> bytes_ = test::TwoSnapshots::draft(7).sealed();
    HandlerId load_ = hand_.handler([this](TaskContext& context) {
        const u64 at = context.payload(0) * PIECE;
        const std::span<const std::byte> all(bytes_);
        context.load_snapshot(at, all.subspan(at, std::min<u64>(PIECE, all.size() - at)));
    });
};

TEST_F(Loading, whole_snapshot_is_promoted) {
    set_up(4, whole());
    const auto events = promotions();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].ticks, SNAPSHOT_LOADED);
    EXPECT_EQ(events[0].status, PROMOTED);
    EXPECT_EQ(events[0].hash, load_le<u64>(bytes_.data() + offsetof(SnapshotHeader, id)));
    EXPECT_EQ(hand_.setup.sigma().tables(*hand_.setup.sigma().current()).hooks[0].object, 7u);
}

TEST_F(Loading, snapshot_that_lacks_a_piece_is_damaged_and_the_next_request_is_first) {
    for (u64 missing = 0; missing < pieces(); ++missing) {
        auto inputs = whole();
        inputs.erase(inputs.begin() + static_cast<std::ptrdiff_t>(missing));
        inputs.push_back(asking(7, 1));
        set_up(4, inputs);
        const auto events = promotions();
        ASSERT_EQ(events.size(), 2u);
        EXPECT_EQ(events[0].ticks, SNAPSHOT_LOADED);
        EXPECT_EQ(events[0].status, DAMAGED);
        EXPECT_EQ(events[1].status, PROMOTED);
        EXPECT_EQ(followed(), 1u);
    }
}

TEST_F(Loading, nothing_is_followed_when_all_that_is_asked_for_is_damaged) {
    hand_.setup.snapshots = {};
    hand_.set_up(1, {asking(4, SNAPSHOT_LOADED)});
    const auto events = promotions();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].status, DAMAGED);
    EXPECT_EQ(events[0].hash, 0u);
    EXPECT_EQ(hand_.setup.sigma().current(), nullptr);
}

TEST_F(Loading, what_is_asked_for_stays_as_it_is_until_it_is_decided) {
    auto inputs = whole();
    inputs.push_back({piece(0)});
    inputs.back().task.id = 8;
    inputs.push_back({piece(0), 9});
    inputs.back().task.id = 12;
    set_up(4, inputs);
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 8).status, static_cast<u8>(TaskStatus::QueueFull));
    ASSERT_TRUE(hand_.step()); // beat 9
    EXPECT_EQ(executed(hand_.events(), 12).status, 0) << "behind the pulse it is free again";
}

TEST_F(Loading, belongs_to_core_0_and_to_tasks_with_state) {
    auto inputs = std::vector<test::Input>{{piece(0)}, {stateless(piece(0))}};
    inputs[0].task.id = 1;
    inputs[1].task.id = 4;
    inputs.push_back(asking(2, SNAPSHOT_LOADED));
    set_up(4, inputs);
    ASSERT_TRUE(hand_.step());
    const u8 denied = static_cast<u8>(TaskStatus::StateDenied);
    EXPECT_EQ(executed(hand_.events(1), 1).status, denied);
    EXPECT_EQ(executed(hand_.events(0), 4).status, denied);
    EXPECT_EQ(executed(hand_.events(2), 2).status, denied);
}

TEST_F(Loading, piece_beyond_the_largest_snapshot_is_refused) {
    const HandlerId far = hand_.handler([this](TaskContext& context) {
        const std::span<const std::byte> all(bytes_);
        context.load_snapshot(SEALED_BYTES_MAX - 7, all.first(7));
        context.load_snapshot(SEALED_BYTES_MAX - 7, all.first(8));
        context.load_snapshot(~u64{0}, all.first(8));
    });
    set_up(1, {{task_of(1, far)}});
    ASSERT_TRUE(hand_.step());
    EXPECT_EQ(executed(hand_.events(), 1).status, static_cast<u8>(TaskStatus::NoSnapshot));
    EXPECT_EQ(executed(hand_.events(), 1).ticks, 4u);
}

} // namespace
} // namespace knhk
