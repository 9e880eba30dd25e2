// SPDX-License-Identifier: MIT
// What the barrier takes from the intake, and what it refuses, waits for or does not believe.
#include "sched/outside_inputs.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::task_of;
using Waited = OutsideInputs::Waited;

bool stop_asked_ = false;
u32 turns_until_stop_ = 0;

Host host_alone() {
    return {.pause = [] {},
            .relax = [] {},
            .wait = [](const u32*, u32) {},
            .wake = [](const u32*) {},
            .stop_requested = [] { return stop_asked_; },
            .spins = 0};
}

class OutsideInputsTest : public testing::Test {
  protected:
    void SetUp() override {
        stop_asked_ = false;
        begin(InputsMode::Open, 2);
    }

    void begin(InputsMode mode, u32 cores) {
        hand_.describe(cores, {});
        const Memory& memory = hand_.setup.memory;
        control_ = memory.as<DrainControl<>>(region::drain);
        ring_ = memory.at(region::drain) + DRAIN_CONTROL_BYTES + DRAIN_RING_BYTES;
        head_ = 0;
        intake_ = Intake(control_, ring_, [] { stop_asked_ = turns_until_stop_-- == 0; });
        outside_ = OutsideInputs(hand_.setup, mode, &intake_, host_);
        outside_.begin(false);
    }

    void give(const Task& task, u64 time = NOT_ORDERED, u64 beat = 0) {
        IntakeInput item{INTAKE_INPUT_TAG, 0, beat, {}};
        std::memcpy(item.input.task, &task, sizeof task);
        item.input.time = time;
        give(item);
    }
    /// A delta and its rows, of which the first so many parts come.
    void give_delta(u64 id, const TripleRun& run, u32 parts = 1 + LOG_ROWS_INPUTS) {
        Task task = task_of(id);
        task.flags = TASK_DELTA | TASK_ROWS;
        IntakeInput items[1 + LOG_ROWS_INPUTS]{};
        std::memcpy(items[0].input.task, &task, sizeof task);
        items[0].input.time = NOT_ORDERED;
        for (u32 i = 0; i < LOG_ROWS_INPUTS; ++i) {
            std::memcpy(&items[1 + i].input,
                        reinterpret_cast<const std::byte*>(&run) + i * sizeof(LogInput),
                        sizeof(LogInput));
        }
        for (u32 i = 0; i < parts; ++i) {
            items[i].tag = INTAKE_INPUT_TAG;
            give(items[i]);
        }
    }
    void give_live_from(u64 beat) { give(IntakeInput{INTAKE_LIVE_TAG, 0, beat, {}}); }
    void give(const IntakeInput& item) {
        const IntakeProducer producer(&control_->intake, ring_);
        ASSERT_TRUE(producer.fits(head_, sizeof item));
        producer.write(head_, &item, sizeof item);
        producer.publish(head_ += sizeof item);
    }
    void close() { control_->intake_closed.store(1); }
    [[nodiscard]] u64 left_in_intake() const {
        return (head_ - control_->intake.tail.load()) / sizeof(IntakeInput);
    }
    [[nodiscard]] std::vector<u64> taken() const {
        std::vector<u64> ids;
        for (const LogInput& input : outside_.taken()) {
            ids.push_back(load_le<u64>(reinterpret_cast<const std::byte*>(input.task)));
        }
        return ids;
    }
    [[nodiscard]] bool refused(u64 n) const {
        return (control_->refused_bits[n / 64] >> (n % 64) & 1) != 0;
    }

    ByHand hand_;
    const Host host_ = host_alone();
    DrainControl<>* control_ = nullptr;
    std::byte* ring_ = nullptr;
    u64 head_ = 0;
    Intake intake_;
    OutsideInputs outside_;
};

TEST_F(OutsideInputsTest, are_taken_in_order_and_stay_in_their_cores_lists) {
    give(task_of(5));
    give(task_of(2, ByHand::IDLE, Level::Low), 99);
    give(task_of(7, ByHand::IDLE, Level::High));
    outside_.cut(Beat{3});
    EXPECT_EQ(taken(), (std::vector<u64>{5, 2, 7}));
    EXPECT_EQ(left_in_intake(), 0u);
    EXPECT_EQ(control_->inputs_done.load(), 3u);
    Mailbox& box = hand_.box(1);
    const Node& first = box.nodes[box.outside_cut.head.index()];
    EXPECT_EQ(first.task.id, 5u);
    EXPECT_EQ(first.due, 3u);
    EXPECT_EQ(first.order, 0u);
    EXPECT_EQ(box.nodes[first.next.index()].order, 2u) << "its place in the whole cut";
    EXPECT_EQ(box.outside_held[1], 1u);
    EXPECT_EQ(hand_.box(0).outside_held[ORDERED_LINE], 1u) << "whatever its level";
}

TEST_F(OutsideInputsTest, first_without_a_place_blocks_all_behind_it) {
    for (u64 i = 0; i < 17; ++i) {
        give(task_of(2 * i));
    }
    give(task_of(1));
    outside_.cut(Beat{0});
    EXPECT_EQ(taken().size(), 16u);
    EXPECT_EQ(left_in_intake(), 2u);
    outside_.begin(false);
    outside_.cut(Beat{1});
    EXPECT_EQ(taken().size(), 0u) << "what was cut before and waits counts too";
    hand_.box(0).outside_held[1] = 15;
    outside_.cut(Beat{1});
    EXPECT_EQ(taken(), (std::vector<u64>{32, 1}));
}

TEST_F(OutsideInputsTest, each_line_of_a_core_has_a_quota_of_its_own) {
    for (u64 i = 0; i < 16; ++i) {
        for (const Level level : {Level::High, Level::Normal, Level::Low}) {
            give(task_of(0, ByHand::IDLE, level));
        }
        give(task_of(0), 5);
    }
    outside_.cut(Beat{0});
    EXPECT_EQ(taken().size(), 64u);
}

TEST_F(OutsideInputsTest, one_barrier_takes_1024) {
    begin(InputsMode::Open, 256);
    for (u64 i = 0; i < 1100; ++i) {
        give(task_of(i));
    }
    outside_.cut(Beat{0});
    EXPECT_EQ(taken().size(), 1024u);
    outside_.cut(Beat{0});
    EXPECT_EQ(taken().size(), 1024u);
    outside_.begin(false);
    outside_.cut(Beat{1});
    EXPECT_EQ(taken().size(), 76u);
}

TEST_F(OutsideInputsTest, what_the_run_does_not_accept_is_dropped_and_told) {
    Task odd = task_of(4);
    odd.reserved[0] = 1;
    Task level = task_of(4);
    level.level = static_cast<Level>(3);
    give(task_of(0));
    give(task_of(1, ByHand::NONE));
    give(odd);
    give(level);
    give(task_of(2), ORDERED_TIME_MAX + 1);
    give(task_of(3), ORDERED_TIME_MAX);
    outside_.cut(Beat{0});
    EXPECT_EQ(taken(), (std::vector<u64>{0, 3}));
    EXPECT_EQ(control_->inputs_done.load(), 6u);
    EXPECT_EQ(control_->inputs_refused.load(), 4u);
    for (u64 n = 0; n < 6; ++n) {
        EXPECT_EQ(refused(n), n >= 1 && n <= 4) << n;
    }
}

TEST_F(OutsideInputsTest, delta_comes_with_its_rows_whole) {
    const TripleRun run{
        .subjects = {1, 2}, .objects = {3, 4}, .predicate = 5, .length = 2, .reserved = {}};
    give_delta(9, run, 2);
    outside_.cut(Beat{0});
    EXPECT_TRUE(outside_.taken().empty()) << "a part of its rows is not there";
    EXPECT_EQ(control_->inputs_done.load(), 0u);
    begin(InputsMode::Open, 2);
    give_delta(9, run);
    outside_.cut(Beat{0});
    EXPECT_EQ(outside_.taken().size(), 3u) << "a log has its rows, too";
    EXPECT_EQ(hand_.box(1).outside_held[1], 1u) << "of the line of its level";
    const TripleRun& brought = Deltas(hand_.setup.memory, 1).brought();
    EXPECT_EQ(std::memcmp(&brought, &run, sizeof run), 0);
}

TEST_F(OutsideInputsTest, delta_of_other_than_one_to_eight_rows_is_dropped) {
    const TripleRun none{};
    TripleRun nine{};
    nine.length = RUN_ROWS + 1;
    TripleRun stale{};
    stale.length = 1;
    stale.objects[1] = 1; // behind its rows
    for (const TripleRun& run : {none, nine, stale}) {
        give_delta(9, run);
    }
    outside_.cut(Beat{0});
    EXPECT_TRUE(outside_.taken().empty());
    EXPECT_EQ(control_->inputs_done.load(), 9u);
    EXPECT_EQ(control_->inputs_refused.load(), 9u);
}

TEST_F(OutsideInputsTest, verdict_bit_is_used_again) {
    begin(InputsMode::Open, 1);
    for (u64 n = 0; n < REFUSED_WORDS * 64 + 1; ++n) {
        give(task_of(0, n == 0 ? ByHand::NONE : ByHand::IDLE));
        outside_.begin(false);
        hand_.box(0).outside = {};
        hand_.box(0).outside_held[1] = 0;
        outside_.cut(Beat{n});
        ASSERT_EQ(left_in_intake(), 0u);
        ASSERT_EQ(refused(0), n < REFUSED_WORDS * 64) << n;
    }
}

TEST_F(OutsideInputsTest, run_that_ends_takes_nothing) {
    give(task_of(0));
    outside_.begin(true);
    outside_.cut(Beat{0});
    EXPECT_EQ(taken().size(), 0u);
    EXPECT_EQ(outside_.wait(), Waited::Stopped);
    EXPECT_EQ(left_in_intake(), 1u);
    EXPECT_FALSE(outside_.was_stopped()) << "not while it waited";
}

TEST_F(OutsideInputsTest, waiting_ends_when_something_comes_or_nothing_will) {
    give(task_of(0));
    EXPECT_EQ(outside_.wait(), Waited::Came);
    close();
    EXPECT_EQ(outside_.wait(), Waited::Came) << "what came before";
    outside_.cut(Beat{0});
    EXPECT_EQ(outside_.wait(), Waited::Closed);
    outside_.begin(true);
    EXPECT_EQ(outside_.wait(), Waited::Closed) << "quiescent goes before other ends";
}

TEST_F(OutsideInputsTest, waiting_ends_with_a_stop) {
    turns_until_stop_ = 3;
    EXPECT_EQ(outside_.wait(), Waited::Stopped);
    EXPECT_TRUE(outside_.was_stopped());
    EXPECT_FALSE(outside_.is_waiting());
}

TEST_F(OutsideInputsTest, run_that_takes_none_does_not_wait) {
    begin(InputsMode::None, 1);
    give(task_of(0));
    outside_.cut(Beat{0});
    EXPECT_EQ(taken().size(), 0u);
    EXPECT_EQ(outside_.wait(), Waited::Closed);
}

TEST_F(OutsideInputsTest, recorded_ones_are_taken_for_their_beat) {
    begin(InputsMode::Recorded, 1);
    give(task_of(1), NOT_ORDERED, 4);
    give(task_of(2), NOT_ORDERED, 4);
    give(task_of(3), NOT_ORDERED, 9);
    outside_.cut(Beat{3});
    EXPECT_EQ(taken().size(), 0u);
    outside_.cut(Beat{4});
    EXPECT_EQ(taken(), (std::vector<u64>{1, 2}));
    turns_until_stop_ = 5;
    outside_.begin(false);
    outside_.cut(Beat{9});
    EXPECT_EQ(taken(), (std::vector<u64>{3}));
    EXPECT_TRUE(outside_.was_stopped()) << "another one might have come for this beat";
}

TEST_F(OutsideInputsTest,
       what_follows_recorded_ones_is_taken_as_it_comes_behind_the_logs_last_beat) {
    begin(InputsMode::Recorded, 1);
    give(task_of(1), NOT_ORDERED, 4);
    give_live_from(6);
    give(task_of(2));
    outside_.cut(Beat{4});
    EXPECT_EQ(taken(), (std::vector<u64>{1})) << "nor is anything waited for";
    outside_.begin(false);
    outside_.cut(Beat{5});
    EXPECT_EQ(taken().size(), 0u) << "the log says that this beat had none";
    outside_.cut(Beat{6});
    EXPECT_EQ(taken(), (std::vector<u64>{2}));
    EXPECT_EQ(control_->inputs_done.load(), 2u);
    outside_.begin(false);
    outside_.cut(Beat{7});
    EXPECT_EQ(taken().size(), 0u);
    EXPECT_FALSE(outside_.was_stopped()) << "nothing is there, and nothing is waited for";
    give(task_of(3, ByHand::NONE));
    outside_.cut(Beat{8});
    EXPECT_TRUE(refused(2)) << "as inputs that come may be";
}

TEST_F(OutsideInputsTest, run_that_went_live_waits_for_what_comes) {
    begin(InputsMode::Recorded, 1);
    give_live_from(3);
    outside_.cut(Beat{3});
    give(task_of(2));
    EXPECT_EQ(outside_.wait(), Waited::Came);
    outside_.cut(Beat{3});
    EXPECT_EQ(taken(), (std::vector<u64>{2}));
    close();
    EXPECT_EQ(outside_.wait(), Waited::Closed);
}

TEST_F(OutsideInputsTest, records_that_are_none_of_this_run_end_it) {
    const auto contradiction = [this](auto provoke, const char* says) {
        begin(InputsMode::Recorded, 1);
        close();
        EXPECT_DEATH(provoke(), says);
    };
    contradiction(
        [this] {
            give(task_of(0), NOT_ORDERED, 4);
            outside_.cut(Beat{5});
        },
        "left behind by its beat, found 4");
    contradiction(
        [this] {
            give(task_of(0), NOT_ORDERED, 4);
            outside_.cut(Beat{3});
            static_cast<void>(outside_.wait());
        },
        "nothing left to do before its beat, found 4");
    contradiction(
        [this] {
            give_live_from(5);
            give(task_of(0));
            outside_.cut(Beat{4});
            static_cast<void>(outside_.wait());
        },
        "nothing left to do before its beat, found 5");
    contradiction(
        [this] {
            give_live_from(5);
            give_live_from(6);
            outside_.cut(Beat{5});
        },
        "tag == INTAKE_INPUT_TAG");
    contradiction(
        [this] {
            give(task_of(0, ByHand::NONE), NOT_ORDERED, 4);
            outside_.cut(Beat{4});
        },
        "a task that the run accepts");
    contradiction(
        [this] {
            for (u32 i = 0; i < 17; ++i) {
                give(task_of(0), NOT_ORDERED, 4);
            }
            outside_.cut(Beat{4});
            outside_.begin(false);
            outside_.cut(Beat{5});
        },
        "left behind by its beat, found 4");
}

TEST_F(OutsideInputsTest, bytes_that_are_no_input_end_the_run) {
    EXPECT_DEATH(
        {
            give(IntakeInput{INTAKE_INPUT_TAG + 1, 0, 0, {}});
            outside_.cut(Beat{0});
        },
        "INTAKE_INPUT_TAG");
    EXPECT_DEATH(
        {
            give(IntakeInput{INTAKE_INPUT_TAG, 1, 0, {}});
            outside_.cut(Beat{0});
        },
        "reserved");
}

} // namespace
} // namespace knhk
