// SPDX-License-Identifier: MIT
// The built-in workloads: their inputs stand for exactly the tasks asked for, and a run executes
// exactly those.
#include "kernel/builtin_program.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "kernel/program_table.hpp"
#include "tests/support/native_run.hpp"

namespace knhk {
namespace {

constexpr u64 TASK_COUNTS[] = {1, 2, 3, 7, 8, 9, 63, 64, 100, 1000, 2047, 2048, 2049, 10'000};
const std::string WORKLOAD_NAMES[] = {"pure", "ring", "fanout", "ordered", "mixed"};
/// Of mixed, some tasks are refused, parked or do not pass their guards.
const std::string WHOLE_WORKLOAD_NAMES[] = {"pure", "ring", "fanout", "ordered"};

/// What an input stands for: itself, or as many tasks as its payload says.
u64 tasks_of_input(const std::string& workload, const Task& task) {
    return workload == "pure" ? 1 : task.payload[0];
}

TEST(BuiltinProgramTest, inputs_stand_for_all_tasks_together) {
    for (const std::string& name : WORKLOAD_NAMES) {
        const WorkloadEntry* workload = find_workload(name);
        ASSERT_NE(workload, nullptr);
        for (const u64 tasks : TASK_COUNTS) {
            for (u32 cores = 1; cores <= CORES_MAX; cores *= 2) {
                const WorkloadParameters parameters{tasks, 1, cores};
                u64 sum = 0;
                for (u64 i = 0; i < workload->input_count(parameters); ++i) {
                    const u64 part = tasks_of_input(name, workload->input(parameters, i));
                    EXPECT_GT(part, 0u) << name << " input " << i;
                    sum += part;
                }
                EXPECT_EQ(sum, tasks) << name << " on " << cores << " cores";
            }
        }
    }
}

TEST(BuiltinProgramTest, parts_differ_by_one_at_most) {
    for (const std::string name : {"ring", "fanout"}) {
        const WorkloadEntry* workload = find_workload(name);
        const WorkloadParameters parameters{12'345, 1, 64};
        std::set<u64> sizes;
        for (u64 i = 0; i < workload->input_count(parameters); ++i) {
            sizes.insert(workload->input(parameters, i).payload[0]);
        }
        EXPECT_EQ(sizes.size(), 2u);
        EXPECT_EQ(*sizes.begin() + 1, *sizes.rbegin());
    }
}

TEST(BuiltinProgramTest, ring_has_a_token_a_core_and_fanout_eight_trunks) {
    const WorkloadParameters many{100'000, 1, 16};
    EXPECT_EQ(find_workload("ring")->input_count(many), 16u);
    EXPECT_EQ(find_workload("fanout")->input_count(many), 128u);
    EXPECT_EQ(find_workload("pure")->input_count(many), 100'000u);
    const WorkloadParameters few{5, 1, 16};
    EXPECT_EQ(find_workload("ring")->input_count(few), 5u);
    EXPECT_EQ(find_workload("fanout")->input_count(few), 5u);
}

/// The executed tasks of a run's log by status.
std::map<u8, u64> executed_by_status(const test::NativeResult& result) {
    std::map<u8, u64> counts;
    for (const test::LoggedBeat& beat : test::beats_of(result.log)) {
        for (const Event& event : beat.events) {
            if (event.kind == static_cast<u8>(EventKind::TaskExecuted)) {
                ++counts[event.status];
            }
        }
    }
    return counts;
}

TEST(BuiltinProgramRunTest, runs_execute_exactly_the_tasks_asked_for) {
    for (const std::string& name : WHOLE_WORKLOAD_NAMES) {
        for (const u64 tasks : {1, 3, 100, 2048, 5000}) {
            for (const u32 cores : {1, 4, 64}) {
                const auto result =
                    test::run_native({.workload = name, .tasks = tasks, .cores = cores});
                EXPECT_EQ(result.tasks, tasks) << name << " on " << cores;
                EXPECT_EQ(result.reason, EndReason::Quiescent);
                const auto counts = executed_by_status(result);
                EXPECT_EQ(counts, (std::map<u8, u64>{{0, tasks}})) << name << " on " << cores;
            }
        }
    }
}

TEST(BuiltinProgramRunTest, mixed_meets_guards_budgets_and_second_runs) {
    const auto result = test::run_native({.workload = "mixed", .tasks = 5000, .cores = 8});
    const auto counts = executed_by_status(result);
    for (const TaskStatus status :
         {TaskStatus::Ok, TaskStatus::GuardFailed, TaskStatus::OverBudget, TaskStatus::Parked}) {
        EXPECT_TRUE(counts.contains(static_cast<u8>(status))) << static_cast<int>(status);
    }
    EXPECT_EQ(result.reason, EndReason::Quiescent);
}

TEST(BuiltinProgramTest, inputs_of_ordered_and_mixed_have_their_times_and_beats) {
    const WorkloadParameters parameters{1000, 1, 16};
    const WorkloadEntry* ordered = find_workload("ordered");
    EXPECT_EQ(ordered->input_count(parameters), 32u);
    EXPECT_EQ(ordered->input_time(parameters, 7), 112u);
    EXPECT_EQ(ordered->input_beat, nullptr);
    const WorkloadEntry* mixed = find_workload("mixed");
    EXPECT_EQ(mixed->input_count(parameters), 128u);
    EXPECT_EQ(mixed->input_beat(parameters, 15), 0u);
    EXPECT_EQ(mixed->input_beat(parameters, 33), 6u);
    EXPECT_EQ(mixed->input_time(parameters, 9), 900u);
    EXPECT_EQ(mixed->input_time(parameters, 10), NOT_ORDERED);
    EXPECT_EQ(mixed->input(parameters, 11).level, Level::Low);
    EXPECT_EQ(mixed->input(parameters, 11).payload[1], 11u);
}

GuardView view_of(const Task& task, std::span<const std::byte> state) {
    return {task, state, {}};
}

TEST(BuiltinProgramTest, guards_look_at_their_bits_and_their_state) {
    const auto run = std::make_unique<RunSetup>();
    ASSERT_TRUE(install_program(*run).has_value());
    std::byte state[STATE_SLAB_BYTES] = {};
    Task task{};
    const auto passes_now = [&](u16 guard) {
        GuardView view = view_of(task, state);
        return passes(run->guards[guard], view);
    };
    task.payload[1] = 0x8FFF'FFFF'FFFF'FFFF;
    EXPECT_FALSE(passes_now(1000));
    for (const u32 bit : {60, 61, 62}) {
        task.payload[1] = u64{1} << bit;
        EXPECT_TRUE(passes_now(1000)) << bit;
    }
    EXPECT_TRUE(passes_now(1001));
    state[0] = std::byte{3};
    EXPECT_FALSE(passes_now(1001));
    state[0] = std::byte{4};
    task.flags = TASK_STATELESS;
    EXPECT_FALSE(passes_now(1001)) << "a stateless task may not read state";
}

TEST(BuiltinProgramRunTest, ring_tokens_visit_every_core) {
    const auto result = test::run_native({.workload = "ring", .tasks = 64, .cores = 8});
    std::map<u16, u64> visits;
    for (const test::LoggedBeat& beat : test::beats_of(result.log)) {
        for (const Event& event : beat.events) {
            if (event.kind == static_cast<u8>(EventKind::TaskExecuted)) {
                ++visits[event.core];
            }
        }
    }
    ASSERT_EQ(visits.size(), 8u);
    for (const auto& [core, count] : visits) {
        EXPECT_EQ(count, 8u) << core;
    }
    EXPECT_EQ(result.remote_messages, 64u - 8) << "each hop but a token's first comes by message";
}

TEST(BuiltinProgramRunTest, fanout_sends_between_a_quarter_and_three_quarters_away) {
    const auto result = test::run_native({.workload = "fanout", .tasks = 20'000, .cores = 16});
    EXPECT_GT(result.remote_messages, 20'000u / 4);
    EXPECT_LT(result.remote_messages, 20'000u * 3 / 4);
}

TEST(BuiltinProgramRunTest, pure_sends_nothing) {
    EXPECT_EQ(test::run_native({.workload = "pure", .tasks = 500}).remote_messages, 0u);
}

TEST(BuiltinProgramRunTest, seed_changes_the_digest_of_every_workload) {
    for (const std::string& name : WORKLOAD_NAMES) {
        const auto one = test::run_native({.workload = name, .tasks = 50, .seed = 1});
        const auto again = test::run_native({.workload = name, .tasks = 50, .seed = 1});
        const auto other = test::run_native({.workload = name, .tasks = 50, .seed = 2});
        EXPECT_EQ(one.digest, again.digest) << name;
        EXPECT_NE(one.digest, other.digest) << name;
    }
}

} // namespace
} // namespace knhk
