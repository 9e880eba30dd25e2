// SPDX-License-Identifier: MIT
// What the script handler does, step by step: seen in the outputs of the tasks that it runs.
#include "kernel/script_program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/hash.hpp"
#include "isa/random.hpp"
#include "tests/kernel/script_builder.hpp"
#include "tests/support/native_run.hpp"

namespace knhk {
namespace {

using test::emission_of;
using test::ScriptBuilder;
using test::step_of;

u64 hash_of(u64 a, u64 b = 0, u64 c = 0, u64 d = 0) {
    const u64 output[] = {a, b, c, d};
    return xxh3_64(output, sizeof output);
}

ScriptStep with_value(Act act, u64 value) {
    ScriptStep step = step_of(act);
    step.value = value;
    return step;
}
ScriptStep with_index(Act act, u32 index) {
    ScriptStep step = step_of(act);
    step.index = index;
    return step;
}

constexpr u64 RUNS = 4;

/// One input of kind 0, with these steps for each kind. Its id is 40, its value 12.
class ScriptRun {
  public:
    explicit ScriptRun(std::vector<std::vector<ScriptStep>> kinds, u64 life = 0, u8 flags = 0) {
        builder_.kinds.clear();
        builder_.steps.clear();
        for (const auto& steps : kinds) {
            builder_.kinds.push_back(
                {static_cast<u32>(builder_.steps.size()), static_cast<u32>(steps.size()), 0});
            builder_.steps.insert(builder_.steps.end(), steps.begin(), steps.end());
        }
        Task task{.id = 40, .handler = SCRIPT_HANDLER, .payload = {kind_and_life(0, life), 12}};
        task.flags = flags;
        builder_.runs.resize(RUNS);
        builder_.groups = {{0, 1, 1, NOT_ORDERED, task}};
        bytes_ = builder_.bytes();
        const auto opened = Script::open(bytes_);
        EXPECT_TRUE(opened.has_value());
        script_ = opened.value_or(Script());
        const auto rows = script_.observations();
        result_ = test::run_native({.cores = 4,
                                    .own_workload = &SCRIPT_WORKLOAD,
                                    .observations = {rows.begin(), rows.end()},
                                    .data = &script_});
        for (const test::LoggedBeat& beat : test::beats_of(result_.log)) {
            for (const Event& event : beat.events) {
                if (event.kind == static_cast<u8>(EventKind::TaskExecuted)) {
                    executed_.push_back(event);
                } else if (event.kind == static_cast<u8>(EventKind::TaskEnqueued)) {
                    enqueued_.push_back(event);
                }
            }
        }
    }

    [[nodiscard]] const std::vector<Event>& executed() const { return executed_; }
    /// The input first, then what was emitted.
    [[nodiscard]] const std::vector<Event>& enqueued() const { return enqueued_; }
    [[nodiscard]] Event first() const { return executed_.empty() ? Event{} : executed_[0]; }

  private:
    ScriptBuilder builder_;
    std::vector<std::byte> bytes_;
    Script script_;
    test::NativeResult result_;
    std::vector<Event> executed_;
    std::vector<Event> enqueued_;
};

TEST(ScriptProgramTest, output_holds_value_life_id_and_refusals) {
    EXPECT_EQ(ScriptRun({{step_of(Act::Output)}}, 7).first().hash, hash_of(12, 7, 40, 0));
}

TEST(ScriptProgramTest, pure_gives_its_value_four_times) {
    EXPECT_EQ(ScriptRun({{with_value(Act::Pure, 5)}}).first().hash, hash_of(5, 5, 5, 5));
}

TEST(ScriptProgramTest, set_and_random_replace_the_value) {
    const ScriptRun set({{with_value(Act::Set, 99), step_of(Act::Output)}});
    EXPECT_EQ(set.first().hash, hash_of(99, 0, 40, 0));
    const ScriptRun random({{step_of(Act::Random), step_of(Act::Output)}});
    const u64 key[] = {1, 40, random.first().timestamp, 0};
    EXPECT_EQ(random.first().hash, hash_of(xxh3_64(key, sizeof key), 0, 40, 0));
}

TEST(ScriptProgramTest, observation_s_word_is_added) {
    const ScriptRun run({{with_index(Act::Observe, 4 + 2), step_of(Act::Output)}});
    EXPECT_EQ(run.first().hash, hash_of(12 + 7, 0, 40, 0));
}

TEST(ScriptProgramTest, observation_that_is_not_there_adds_nothing_and_is_told) {
    const ScriptRun run({{with_index(Act::Observe, 8), step_of(Act::Output)}});
    EXPECT_EQ(run.first().hash, hash_of(12, 0, 40, 0));
    EXPECT_EQ(run.first().status, static_cast<u8>(TaskStatus::NoObservation));
}

TEST(ScriptProgramTest, state_is_added_to_and_read_back) {
    const ScriptRun run(
        {{with_index(Act::Add, 511), with_index(Act::Add, 511), with_index(Act::Read, 511),
          with_index(Act::Read, 510), step_of(Act::Output)}});
    EXPECT_EQ(run.first().hash, hash_of(12 + 24, 0, 40, 0));
    EXPECT_EQ(run.first().ticks, 6u);
}

TEST(ScriptProgramTest, state_of_a_stateless_task_reads_as_0_and_stays) {
    const ScriptRun run({{with_index(Act::Add, 3), with_index(Act::Read, 3), step_of(Act::Output)}},
                        0, TASK_STATELESS);
    EXPECT_EQ(run.first().hash, hash_of(12, 0, 40, 0));
    EXPECT_EQ(run.first().status, static_cast<u8>(TaskStatus::StateDenied));
}

TEST(ScriptProgramTest, work_is_charged) {
    EXPECT_EQ(ScriptRun({{with_value(Act::Work, 6)}}).first().ticks, 7u);
    const ScriptRun touch({{step_of(Act::Touch), step_of(Act::Touch)}});
    EXPECT_EQ(touch.first().ticks, 3u);
}

TEST(ScriptProgramTest, step_is_left_out_unless_one_in_divides_the_value) {
    ScriptStep pure = with_value(Act::Pure, 5);
    pure.one_in = 4; // 12 mod 4 = 0
    EXPECT_EQ(ScriptRun({{pure}}).first().hash, hash_of(5, 5, 5, 5));
    pure.one_in = 5;
    EXPECT_EQ(ScriptRun({{pure}}).first().hash, hash_of(0));
}

TEST(ScriptProgramTest, child_has_its_share_of_life_the_value_and_the_data) {
    ScriptStep spawn = emission_of(Act::Spawn, 1);
    spawn.share = 3;
    spawn.value = 8; // own id + 8: the same core
    spawn.task.payload[2] = 21;
    const ScriptRun run({{with_value(Act::Set, 77), spawn}, {step_of(Act::Output)}}, 8);
    ASSERT_EQ(run.executed().size(), 2u);
    EXPECT_EQ(run.executed()[1].task_id, 48u);
    EXPECT_EQ(run.executed()[1].hash, hash_of(77, 2, 48, 0)) << "(8 - 1) / 3";
}

TEST(ScriptProgramTest, chain_ends_when_life_is_0) {
    const ScriptRun run({{emission_of(Act::Send, 0)}}, 5);
    EXPECT_EQ(run.executed().size(), 6u);
}

TEST(ScriptProgramTest, ids_come_from_zero_own_or_value) {
    std::vector<ScriptStep> steps;
    for (const IdFrom from : {IdFrom::Zero, IdFrom::Own, IdFrom::Value}) {
        steps.push_back(emission_of(Act::Spawn, 1));
        steps.back().id_from = from;
        steps.back().value = 4; // all at home on core 0
    }
    const ScriptRun run({steps, {}}, 1);
    ASSERT_EQ(run.executed().size(), 4u);
    EXPECT_EQ(run.executed()[1].task_id, 4u);
    EXPECT_EQ(run.executed()[2].task_id, 44u);
    EXPECT_EQ(run.executed()[3].task_id, 16u);
}

TEST(ScriptProgramTest, emission_by_handler_needs_no_life_and_keeps_its_payload) {
    ScriptStep spawn = emission_of(Act::Spawn, 0);
    spawn.target = 1;
    spawn.share = 0;
    spawn.task.payload[0] = kind_and_life(1, 9);
    spawn.task.payload[1] = 33;
    const ScriptRun run({{spawn}, {step_of(Act::Output)}});
    ASSERT_EQ(run.executed().size(), 2u);
    EXPECT_EQ(run.executed()[1].hash, hash_of(33, 9, 40, 0));
}

TEST(ScriptProgramTest, words_of_a_handlers_payload_come_from_the_value) {
    for (const u32 bits : {0, 2, 4, 8, 14}) {
        ScriptStep spawn = emission_of(Act::Spawn, 0);
        spawn.target = static_cast<u8>(TARGET_HANDLER | bits);
        spawn.share = 0;
        spawn.id_from = IdFrom::Zero;
        spawn.value = 4;
        Task task{.handler = 0, .payload = {1, 2, 3, 4}};
        spawn.task = task;
        const ScriptRun run({{with_value(Act::Set, 77), spawn}});
        task.id = 4;
        task.payload[1] = (bits & TARGET_RUN_FROM_VALUE) != 0 ? 77 % RUNS : 2;
        task.payload[2] = (bits & TARGET_WORD_2_IS_VALUE) != 0 ? 77 : 3;
        task.payload[3] = (bits & TARGET_WORD_3_IS_VALUE) != 0 ? 77 : 4;
        ASSERT_EQ(run.enqueued().size(), 2u);
        EXPECT_EQ(run.enqueued()[1].hash, xxh3_64(&task, sizeof task)) << bits;
    }
}

TEST(ScriptProgramTest, refusals_are_counted_in_the_output) {
    ScriptStep wrong = emission_of(Act::Spawn, 0);
    wrong.target = 1;
    wrong.share = 0;
    wrong.task.handler = 200; // there is none
    const ScriptRun run({{wrong, wrong, step_of(Act::Output)}});
    EXPECT_EQ(run.first().hash, hash_of(12, 0, 40, 2));
    EXPECT_EQ(run.first().status, static_cast<u8>(TaskStatus::InvalidTask));
}

/// The timestamp that an ordered child runs at, one above its key.
u64 time_of_child(OrderTime time_is, u64 time, u64 value, u64& parent) {
    ScriptStep order = emission_of(Act::Order, 1);
    order.time_is = time_is;
    order.time = time;
    const ScriptRun run({{with_value(Act::Set, value), order}, {}}, 1);
    EXPECT_EQ(run.executed().size(), 2u);
    parent = run.first().timestamp;
    return run.executed().size() == 2 ? run.executed()[1].timestamp : 0;
}

TEST(ScriptProgramTest, ordered_children_run_at_their_times) {
    u64 parent = 0;
    EXPECT_EQ(time_of_child(OrderTime::At, 5000, 0, parent), 5001u);
    EXPECT_EQ(time_of_child(OrderTime::After, 5000, 0, parent), parent + 5001);
    EXPECT_EQ(time_of_child(OrderTime::Within, 999, 3700, parent), parent + 701);
    EXPECT_EQ(time_of_child(OrderTime::Within, ~u64{0}, 3700, parent), parent + 3701);
}

TEST(ScriptProgramTest, kind_that_does_not_exist_has_no_steps) {
    ScriptStep spawn = emission_of(Act::Spawn, 0);
    spawn.target = 1;
    spawn.share = 0;
    spawn.task.payload[0] = kind_and_life(9, 1);
    const ScriptRun run({{spawn}});
    ASSERT_EQ(run.executed().size(), 2u);
    EXPECT_EQ(run.executed()[1].hash, hash_of(0));
    EXPECT_EQ(run.executed()[1].ticks, 1u);
}

u64 one_input(const WorkloadParameters&) {
    return 1;
}
Task script_input(const WorkloadParameters&, u64) {
    return Task{.handler = SCRIPT_HANDLER};
}

TEST(ScriptProgramTest, handler_in_a_run_without_a_file_does_nothing) {
    const WorkloadEntry workload{"own", 1, one_input, script_input};
    const auto result = test::run_native({.cores = 1, .own_workload = &workload});
    EXPECT_EQ(result.tasks, 1u);
}

} // namespace
} // namespace knhk
