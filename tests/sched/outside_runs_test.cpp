// SPDX-License-Identifier: MIT
// Whole runs with inputs from outside (docs/determinism.md, 2.11): whenever they came, a run that
// is fed with what the log recorded makes the same log.
#include <gtest/gtest.h>

#include <cstring>

#include "isa/random.hpp"
#include "tests/sched/everything.hpp"

namespace knhk {
namespace {

using test::FedInput;
using test::Feeding;
using test::NativeOptions;
using test::NativeResult;
using test::RegionSpan;
using test::run_native;

u64 drawn(u64 seed, u64 n) {
    return random_number(seed, TaskId{n}, Timestamp{7}, 0);
}

LogInput input_of(const Task& task, u64 time = NOT_ORDERED) {
    LogInput input{};
    std::memcpy(input.task, &task, sizeof task);
    input.time = time;
    return input;
}

/// In clusters, most of them for few cores: quotas have to hold some back.
std::vector<FedInput> random_inputs(u32 cores, u64 seed, u64 count) {
    std::vector<FedInput> inputs;
    u64 barrier = 0;
    for (u64 i = 0; i < count; ++i) {
        const u64 draw = drawn(seed, i);
        Task task = test::random_task(draw, 1 + draw % 3);
        task.id = draw % 3 == 0 ? drawn(draw, 1) : task.id % 2 + u64{cores} * i;
        barrier += draw % 16 == 0 ? drawn(draw, 2) % 20 : 0;
        const u64 time = draw % 5 == 0 ? drawn(draw, 3) % 4000 : NOT_ORDERED;
        inputs.push_back({.input = input_of(task, time), .barrier = barrier});
    }
    return inputs;
}

/// A workload without inputs of its own.
const WorkloadEntry NO_INPUTS{
    .name = "none",
    .version = 1,
    .input_count = [](const WorkloadParameters&) { return u64{0}; },
    .input = [](const WorkloadParameters&, u64) { return Task{}; },
};

NativeOptions open_run(u32 cores, u64 seed, u64 count) {
    NativeOptions options = test::everything(cores, seed);
    options.inputs = InputsMode::Open;
    options.outside = random_inputs(cores, seed, count);
    options.own_workload = seed % 3 == 0 ? &NO_INPUTS : options.own_workload;
    options.stealing = seed % 4 == 1;
    return options;
}

NativeOptions replay_of(const NativeOptions& options, const NativeResult& result) {
    NativeOptions replay = options;
    replay.inputs = InputsMode::Recorded;
    replay.outside = test::outside_inputs_of(result.log);
    replay.feeding = Feeding::AtBarriers;
    return replay;
}

class OutsideRuns : public testing::TestWithParam<u64> {};

TEST_P(OutsideRuns, replayed_with_what_was_recorded_make_the_same_log) {
    const u64 seed = GetParam();
    NativeOptions options = open_run(1u << (seed % 7), seed, 300 + seed % 4 * 500);
    options.feeding = seed % 2 == 0 ? Feeding::AtBarriers : Feeding::AtAnyTime;
    options.workers = 1 + static_cast<u32>(seed % 3);
    options.chaos_seed = seed % 5 == 0 ? seed : 0;
    const NativeResult live = run_native(options);
    ASSERT_EQ(live.reason, EndReason::Quiescent);
    ASSERT_EQ(live.inputs_accepted + live.inputs_refused, options.outside.size());
    NativeOptions replay = replay_of(options, live);
    ASSERT_EQ(replay.outside.size(), live.inputs_accepted);
    for (const u32 workers : {1u, 2u, 5u}) {
        replay.workers = workers;
        replay.claiming = workers == 2 ? Claiming::Dynamic : Claiming::Static;
        replay.chaos_seed = workers == 5 ? seed + 1 : 0;
        const NativeResult again = run_native(replay);
        ASSERT_EQ(again.digest, live.digest) << workers << " workers";
        ASSERT_TRUE(again.log == live.log) << workers << " workers";
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, OutsideRuns, testing::Range(u64{1}, u64{25}));

// --- small runs, event by event
// -------------------------------------------------------------------

/// One core, an input for each of `beats`, and inputs from outside with ids from 100.
struct Small {
    std::vector<u64> beats;
    std::vector<u64> barriers;
    u64 beats_max = NO_BEAT_LIMIT;
    bool touches = false;
};

const Small& small_of(const WorkloadParameters& parameters) {
    return *static_cast<const Small*>(parameters.data);
}

const WorkloadEntry SMALL{
    .name = "small",
    .version = 1,
    .input_count = [](const WorkloadParameters& p) { return u64{small_of(p).beats.size()}; },
    .input = [](const WorkloadParameters&, u64) { return Task{.handler = user_handler(0)}; },
    .input_beat = [](const WorkloadParameters& p, u64 i) { return small_of(p).beats[i]; },
};

NativeResult run_small(const Small& small) {
    NativeOptions options;
    options.cores = 1;
    options.own_workload = &SMALL;
    options.data = &small;
    options.beats_max = small.beats_max;
    options.own_handlers = {{"small", 1, [](TaskContext& context) {
                                 if (small_of(context.workload()).touches) {
                                     static_cast<void>(context.state());
                                 }
                             }}};
    options.inputs = InputsMode::Open;
    for (const u64 barrier : small.barriers) {
        const u64 id = 100 + options.outside.size();
        options.outside.push_back(
            {.input = input_of({.id = id, .handler = user_handler(0)}), .barrier = barrier});
    }
    return run_native(options);
}

std::vector<u64> beats_in(const NativeResult& result) {
    std::vector<u64> beats;
    for (const auto& beat : test::beats_of(result.log)) {
        beats.push_back(beat.header.beat);
    }
    return beats;
}

TEST(SmallOutsideRuns, open_run_without_inputs_begins_with_beat_0_when_the_first_comes) {
    const NativeResult result = run_small({.beats = {}, .barriers = {7}});
    EXPECT_EQ(beats_in(result), (std::vector<u64>{0}));
    EXPECT_EQ(result.tasks, 1u);
    EXPECT_EQ(result.reason, EndReason::Quiescent);
}

TEST(SmallOutsideRuns, open_run_into_which_nothing_comes_executes_nothing) {
    const NativeResult result = run_small({.beats = {}, .barriers = {}});
    EXPECT_EQ(result.beats, 0u);
    EXPECT_EQ(result.reason, EndReason::Quiescent);
}

TEST(SmallOutsideRuns, idle_run_waits_without_advancing) {
    const NativeResult result = run_small({.beats = {3}, .barriers = {1, 50, 90}});
    EXPECT_EQ(beats_in(result), (std::vector<u64>{3, 4, 5, 6}));
}

TEST(SmallOutsideRuns, first_beat_is_that_of_the_workloads_first_input) {
    const NativeResult result = run_small({.beats = {12}, .barriers = {0}});
    EXPECT_EQ(beats_in(result), (std::vector<u64>{12}));
    const auto beats = test::beats_of(result.log);
    std::vector<u64> ids;
    for (const Event& event : beats[0].events) {
        if (event.kind == static_cast<u8>(EventKind::ExternalInput)) {
            ids.push_back(event.task_id);
        }
    }
    EXPECT_EQ(ids, (std::vector<u64>{0, 100})) << "behind the workload's";
}

TEST(SmallOutsideRuns, skips_go_before_waiting) {
    const NativeResult to_input = run_small({.beats = {0, 30}, .barriers = {9}});
    EXPECT_EQ(beats_in(to_input), (std::vector<u64>{0, 30, 31}));
    const NativeResult to_pulse = run_small({.beats = {0}, .barriers = {9}, .touches = true});
    EXPECT_EQ(beats_in(to_pulse), (std::vector<u64>{0, 8, 9, 16}));
}

TEST(SmallOutsideRuns, run_at_its_beat_limit_takes_nothing_and_does_not_wait) {
    const NativeResult idle = run_small({.beats = {0}, .barriers = {1, 2}, .beats_max = 1});
    EXPECT_EQ(idle.reason, EndReason::BeatLimit);
    EXPECT_EQ(idle.inputs_accepted, 0u);
    EXPECT_TRUE(test::outside_inputs_of(idle.log).empty());
    const NativeResult closed = run_small({.beats = {0}, .barriers = {0}, .beats_max = 1});
    EXPECT_EQ(closed.reason, EndReason::Quiescent);
    EXPECT_EQ(closed.inputs_accepted, 1u);
}

TEST(OutsideRuns, saved_regions_of_a_replay_are_those_of_the_run) {
    const NativeOptions options = open_run(8, 4, 800);
    const RegionSpan live;
    const NativeResult result = run_native(options, live);
    NativeOptions replay = replay_of(options, result);
    replay.workers = 3;
    const RegionSpan again;
    ASSERT_EQ(run_native(replay, again).digest, result.digest);
    for (const Region& region : REGIONS) {
        if (region.checkpoint == RegionCheckpoint::SAVED) {
            EXPECT_EQ(
                std::memcmp(live.memory().at(region), again.memory().at(region), region.size_bytes),
                0)
                << region.name;
        }
    }
}

} // namespace
} // namespace knhk
