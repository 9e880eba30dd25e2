// SPDX-License-Identifier: MIT
// The scheduler's log, every event and chain of it, against what docs/determinism.md predicts; and
// the proof that this comparison meets the hard cases and can fail.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "tests/model/builtin_workloads.hpp"
#include "tests/model/comparison.hpp"

namespace knhk::model {
namespace {

constexpr u64 RANDOM_SEEDS = 60;
constexpr u32 WORKERS[] = {1, 3};

struct Counted {
    u64 runs = 0;
    u64 beats = 0;
    u64 events = 0;
};

void expect_equal(test::NativeOptions options, const ModelRun& model, const std::string& what,
                  Counted& counted) {
    for (const u32 workers : WORKERS) {
        if (workers > options.cores) {
            continue;
        }
        options.workers = workers;
        const NativeRun native(options);
        const auto found = difference(native, model);
        EXPECT_FALSE(found) << what << ", " << options.cores << " cores, seed " << options.seed
                            << ", " << workers << " workers: " << *found;
        ++counted.runs;
        counted.beats += native.result.beats;
        counted.events += native.result.events;
    }
}

void tell(const Counted& counted) {
    std::cout << counted.runs << " runs, " << counted.beats << " beats, " << counted.events
              << " events compared\n";
}

class EveryBuiltin : public testing::TestWithParam<const char*> {};

TEST_P(EveryBuiltin, workload_is_predicted_in_every_event) {
    const std::string name = GetParam();
    Counted counted;
    for (const u32 cores : {1u, 2u, 4u, 16u, 64u, 256u}) {
        for (const u64 tasks : {1u, 9u, 500u, 5000u}) {
            const u64 seed = tasks * 1000 + cores;
            Model model({.cores = cores,
                         .seed = seed,
                         .latencies = std::vector<u8>(u64{cores} * cores, 1),
                         .handlers = builtin_handlers(),
                         .inputs = builtin_inputs(name, tasks, cores)});
            test::NativeOptions options;
            options.workload = name;
            options.cores = cores;
            options.tasks = tasks;
            options.seed = seed;
            const std::string what = name + " of " + std::to_string(tasks) + " tasks";
            expect_equal(options, model.run(), what, counted);
        }
    }
    tell(counted);
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryBuiltin, testing::Values("pure", "ring", "fanout"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Model, random_workloads_are_predicted_in_every_event) {
    Counted counted;
    for (u64 seed = 1; seed <= RANDOM_SEEDS; ++seed) {
        const RandomWorkload workload = random_workload(seed);
        Model model(config_of(workload));
        expect_equal(options_of(workload), model.run(), "random", counted);
    }
    tell(counted);
}

struct NamedCounter {
    const char* name;
    u64 ModelCounters::* counter;
};

constexpr NamedCounter COUNTERS[] = {
    {"refused for credit", &ModelCounters::refused_for_credit},
    {"refused by reserve", &ModelCounters::refused_by_reserve},
    {"EmitLimit", &ModelCounters::emit_limit},
    {"InvalidTask", &ModelCounters::invalid_task},
    {"line blocked by full ring", &ModelCounters::line_blocked_by_full_ring},
    {"admit stopped at half share", &ModelCounters::admit_stopped_at_half_share},
    {"two-record input stop", &ModelCounters::two_record_input_stop},
    {"run stopped below 8 free records", &ModelCounters::run_stopped_below_8_free},
    {"cut stopped", &ModelCounters::cut_stopped},
    {"StateChange logged", &ModelCounters::state_change_logged},
    {"touched without change", &ModelCounters::touched_without_change},
    {"skip to a pulse", &ModelCounters::skip_to_a_pulse},
    {"Low turn before others", &ModelCounters::low_turn},
    {"Normal turn before High", &ModelCounters::normal_turn},
    {"equal timestamps from two sources", &ModelCounters::equal_timestamps},
    {"send to self", &ModelCounters::send_to_self},
    {"admitted later than due", &ModelCounters::admitted_later_than_due},
    {"ended by the beat limit", &ModelCounters::beat_limit},
};

TEST(Model, random_workloads_meet_every_hard_case) {
    u64 times[std::size(COUNTERS)] = {};
    u64 seeds[std::size(COUNTERS)] = {};
    for (u64 seed = 1; seed <= RANDOM_SEEDS; ++seed) {
        Model model(config_of(random_workload(seed)));
        (void)model.run();
        for (std::size_t i = 0; i < std::size(COUNTERS); ++i) {
            const u64 met = model.counters().*COUNTERS[i].counter;
            times[i] += met;
            seeds[i] += met > 0;
        }
    }
    for (std::size_t i = 0; i < std::size(COUNTERS); ++i) {
        EXPECT_GT(times[i], 0u) << COUNTERS[i].name;
        std::cout << COUNTERS[i].name << ": " << times[i] << " in " << seeds[i] << " runs\n";
    }
}

struct NamedFault {
    const char* name;
    bool ModelFaults::* fault;
};

constexpr NamedFault FAULTS[] = {
    {"credit reusable at once", &ModelFaults::credit_reusable_at_once},
    {"executed record stamped at the end", &ModelFaults::executed_stamped_at_end},
    {"arrivals sorted by source first", &ModelFaults::arrivals_by_source_first},
    {"inputs before messages", &ModelFaults::inputs_before_messages},
    {"full ring blocks all levels", &ModelFaults::full_ring_blocks_all_levels},
    {"admit uses the whole share", &ModelFaults::admit_uses_whole_share},
    {"state change outside of admit's half", &ModelFaults::state_change_outside_admits_half},
    {"an input split at half the share", &ModelFaults::input_splits_at_half_share},
    {"no room kept for a task", &ModelFaults::no_room_kept_for_a_task},
    {"no spawn reserve", &ModelFaults::no_spawn_reserve},
    {"cut unbounded", &ModelFaults::cut_unbounded},
    {"no first-pop turns", &ModelFaults::no_first_pop_turns},
    {"turns for the whole beat", &ModelFaults::turns_for_whole_beat},
    {"latency transposed", &ModelFaults::latency_transposed},
    {"refused emissions not counted", &ModelFaults::refused_emissions_not_counted},
    {"refused calls cost nothing", &ModelFaults::refused_calls_cost_nothing},
    {"a refused send takes time", &ModelFaults::refused_send_takes_time},
    {"the last refusal is the status", &ModelFaults::last_refusal_is_status},
    {"an emission looked at before it is counted", &ModelFaults::emission_looked_at_before_counted},
    {"touched state always logged", &ModelFaults::touched_state_always_logged},
    {"quiescent though a slab is touched", &ModelFaults::quiescent_though_touched},
    {"clocks not aligned", &ModelFaults::clocks_not_aligned},
    {"credit back a beat late", &ModelFaults::credit_back_a_beat_late},
    {"spawn reserve off by one", &ModelFaults::spawn_reserve_off_by_one},
    {"input quota off by one", &ModelFaults::input_quota_off_by_one},
    {"quiescent though messages are on their way", &ModelFaults::messages_invisible_to_quiescence},
    {"skip by eight beats", &ModelFaults::skip_by_eight_beats},
    {"random numbers by the clock", &ModelFaults::random_by_the_clock},
    {"the first output counts", &ModelFaults::first_output_counts},
};

using NativeRuns = std::map<u64, NativeRun>;

std::optional<std::string> noticed_with(u64 seed, const ModelFaults& faults, NativeRuns& runs) {
    const RandomWorkload workload = random_workload(seed);
    const NativeRun& native = runs.try_emplace(seed, options_of(workload)).first->second;
    ModelConfig config = config_of(workload);
    // A misreading may never end; one beat more than the scheduler's is a difference already.
    config.beats_max = std::min<u64>(config.beats_max, native.beats.size() + 1);
    return difference(native, Model(config, faults).run());
}

TEST(Model, every_planted_misreading_is_noticed) {
    NativeRuns runs;
    for (const NamedFault& planted : FAULTS) {
        ModelFaults faults;
        faults.*planted.fault = true;
        std::optional<std::string> found;
        for (u64 seed = 1; seed <= RANDOM_SEEDS && !found; ++seed) {
            found = noticed_with(seed, faults, runs);
            if (found) {
                std::cout << planted.name << ": seed " << seed << ", " << *found << "\n";
            }
        }
        EXPECT_TRUE(found) << planted.name << " is not noticed";
    }
}

} // namespace
} // namespace knhk::model
