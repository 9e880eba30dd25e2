// SPDX-License-Identifier: MIT
// What a run is: which tasks it takes, and which input comes when, to whom.
#include "sched/run_setup.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace knhk {
namespace {

void idle(TaskContext&) {}

Task with_payload(const WorkloadParameters& parameters, u64 index) {
    return Task{.id = 1000, .payload = {index, parameters.tasks}};
}

/// For beats 0, 0, 3, 3, 3, 7, ...
u64 some_beat(const WorkloadParameters& parameters, u64 index) {
    static constexpr u64 BEATS[] = {0, 0, 3, 3, 3, 7, 9, 9};
    return parameters.tasks == 0 ? 5 : BEATS[index];
}

RunSetup setup_of(const WorkloadEntry& workload, u32 cores, u64 count) {
    RunSetup run;
    run.cores = cores;
    run.workload = &workload;
    run.input_count = count;
    run.parameters = {.tasks = 42, .cores = cores};
    run.handlers[0] = idle;
    return run;
}

const WorkloadEntry PLAIN{
    .name = "plain", .version = 1, .input_count = nullptr, .input = with_payload};
const WorkloadEntry FULL{
    .name = "full",
    .version = 1,
    .input_count = nullptr,
    .input = with_payload,
    .input_beat = some_beat,
    .input_time = [](const WorkloadParameters&, u64 index) { return 100 * index; },
    .next_input_of = [](const WorkloadParameters& parameters, u32 core,
                        u64 from) { return 1000 * parameters.tasks + 100 * core + from; },
};

TEST(RunSetup, input_without_a_finder_has_its_position_as_id) {
    const RunSetup run = setup_of(PLAIN, 4, 10);
    EXPECT_EQ(run.input(6).id, 6u);
    EXPECT_EQ(run.input(6).payload[0], 6u);
    EXPECT_EQ(run.input(6).payload[1], 42u);
}

TEST(RunSetup, input_with_a_finder_keeps_its_id) {
    EXPECT_EQ(setup_of(FULL, 4, 8).input(6).id, 1000u);
}

TEST(RunSetup, inputs_are_not_ordered_and_for_beat_0_unless_the_workload_says_so) {
    const RunSetup plain = setup_of(PLAIN, 4, 10);
    EXPECT_EQ(plain.input_time(6), NOT_ORDERED);
    EXPECT_EQ(plain.input_beat(6), 0u);
    const RunSetup full = setup_of(FULL, 4, 8);
    EXPECT_EQ(full.input_time(6), 600u);
    EXPECT_EQ(full.input_beat(6), 9u);
}

TEST(RunSetup, next_input_of_a_core_is_the_first_with_its_residue) {
    for (const u32 cores : {1u, 2u, 4u, 256u}) {
        const RunSetup run = setup_of(PLAIN, cores, 10'000);
        for (u32 core = 0; core < cores; core += cores / 2 + 1) {
            for (u64 from = 0; from < 600; ++from) {
                u64 expected = from;
                while (expected % cores != core) {
                    ++expected;
                }
                ASSERT_EQ(run.next_input_of(core, from), expected);
            }
        }
    }
}

TEST(RunSetup, next_input_of_asks_the_finder_if_there_is_one) {
    EXPECT_EQ(setup_of(FULL, 4, 8).next_input_of(3, 5), 42'305u);
}

TEST(RunSetup, first_input_after_a_beat_is_found_from_every_position) {
    const RunSetup run = setup_of(FULL, 4, 8);
    for (u64 beat = 0; beat < 12; ++beat) {
        for (u64 from = 0; from <= 8; ++from) {
            u64 expected = from;
            while (expected < 8 && run.input_beat(expected) <= beat) {
                ++expected;
            }
            ASSERT_EQ(run.first_input_after(Beat{beat}, from), expected)
                << "beat " << beat << " from " << from;
        }
    }
}

TEST(RunSetup, no_input_is_for_a_later_beat_if_none_has_one) {
    EXPECT_EQ(setup_of(PLAIN, 4, 10).first_input_after(Beat{0}, 3), 10u);
}

TEST(RunSetup, all_inputs_of_one_beat_come_before_or_after_it) {
    RunSetup run = setup_of(FULL, 4, 1'000'000'007);
    run.parameters.tasks = 0; // all for beat 5
    EXPECT_EQ(run.first_input_after(Beat{4}, 3), 3u);
    EXPECT_EQ(run.first_input_after(Beat{5}, 3), 1'000'000'007u);
}

TEST(RunSetup, latency_is_looked_up_by_source_then_destination) {
    const u8 matrix[] = {1, 2, 3, 4};
    RunSetup run = setup_of(PLAIN, 2, 0);
    run.latencies = matrix;
    EXPECT_EQ(run.latency(0, 1), 2u);
    EXPECT_EQ(run.latency(1, 0), 3u);
}

TEST(RunSetup, task_is_accepted_if_its_handler_exists_and_it_is_well_formed) {
    const RunSetup run = setup_of(PLAIN, 2, 0);
    EXPECT_TRUE(run.accepts(Task{}));
    EXPECT_FALSE(run.accepts(Task{.handler = 1}));
    EXPECT_FALSE(run.accepts(Task{.handler = HANDLERS_MAX}));
    EXPECT_FALSE(run.accepts(Task{.handler = 0xFFFF}));
    EXPECT_FALSE(run.accepts(Task{.level = static_cast<Level>(3)}));
    EXPECT_TRUE(run.validate(Task{.id = 5}).has_value());
    EXPECT_EQ(run.validate(Task{.id = 5})->task().id, 5u);
    EXPECT_EQ(run.validate(Task{.handler = 1}).error(), Error::InvalidTask);
}

TEST(Task, well_formed_means_every_field_is_in_its_range_and_unused_ones_are_0) {
    Task full{.level = Level::Low, .budget_ticks = 8, .guard_count = 8, .flags = TASK_STATELESS};
    for (u16& guard : full.guards) {
        guard = GUARD_IDS - 1;
    }
    EXPECT_TRUE(full.well_formed());
    EXPECT_TRUE(full.stateless());
    EXPECT_TRUE(Task{}.well_formed());
    EXPECT_TRUE((Task{.budget_ticks = 0}.well_formed()));
    EXPECT_FALSE((Task{.budget_ticks = 9}.well_formed()));
    EXPECT_FALSE((Task{.guard_count = 9}.well_formed()));
    EXPECT_FALSE((Task{.flags = TASK_ROWS}.well_formed())) << "only a delta brings rows";
    EXPECT_FALSE((Task{.flags = 0x80}.well_formed()));
    EXPECT_FALSE((Task{.reserved = {1, 0}}.well_formed()));
    EXPECT_FALSE((Task{.reserved = {0, 1}}.well_formed()));
    for (u32 i = 0; i < GUARDS_MAX; ++i) {
        Task task = full;
        task.guards[i] = GUARD_IDS;
        EXPECT_FALSE(task.well_formed()) << "guard " << i;
        task = full;
        task.guard_count = static_cast<u8>(i);
        EXPECT_FALSE(task.well_formed()) << "guard " << i << " is unused, and not 0";
    }
}

} // namespace
} // namespace knhk
