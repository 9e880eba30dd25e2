// SPDX-License-Identifier: MIT
// The scheduler's log, every event and chain of it, against what the documents predict; and the
// proof that this comparison can fail.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <iostream>

#include "isa/cost.hpp"
#include "kernel/program_table.hpp"
#include "replay/identity.hpp"
#include "sched/limits.hpp"
#include "tests/model/builtin_workloads.hpp"
#include "tests/model/comparison.hpp"
#include "tests/model/identity.hpp"
#include "tests/model/random_file.hpp"
#include "tests/model/random_outside.hpp"
#include "tests/model/script.hpp"

namespace knhk::model {
namespace {

constexpr u64 HANDLER_SEEDS = 60;
constexpr u64 FILE_SEEDS = 400;
constexpr u64 NOTICED_SEEDS = 48;
constexpr u64 FILE_BEATS_MAX = 50'000;

struct Counted {
    u64 runs = 0;
    u64 beats = 0;
    u64 events = 0;
};

void expect_equal(test::NativeOptions options, const ModelRun& model, const std::string& what,
                  std::initializer_list<u32> workers, Counted& counted) {
    for (const u32 worker_count : workers) {
        if (worker_count > options.cores) {
            continue;
        }
        options.workers = worker_count;
        const NativeRun native(options);
        const auto found = difference(native, model);
        EXPECT_FALSE(found) << what << ", " << options.cores << " cores, seed " << options.seed
                            << ", " << worker_count << " workers: " << *found;
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
                         .guards = builtin_guards(),
                         .inputs = builtin_inputs(name, tasks, cores)});
            test::NativeOptions options;
            options.workload = name;
            options.cores = cores;
            options.tasks = tasks;
            options.seed = seed;
            const std::string what = name + " of " + std::to_string(tasks) + " tasks";
            expect_equal(options, model.run(), what, {1}, counted);
        }
    }
    tell(counted);
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryBuiltin,
                         testing::Values("pure", "ring", "fanout", "ordered", "mixed"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Comparison, random_handlers_are_predicted_in_every_event) {
    Counted counted;
    for (u64 seed = 1; seed <= HANDLER_SEEDS; ++seed) {
        const RandomWorkload workload = random_workload(seed);
        ModelConfig config = config_of(workload);
        config.outside = random_outside(seed, config, config.beats_max == ~u64{0});
        test::NativeOptions options = options_of(workload);
        feed(options, config);
        expect_equal(options, Model(config).run(), "random handlers", {1, 3}, counted);
    }
    tell(counted);
}

ModelConfig config_of_file(const std::string& file, u64 seed) {
    ModelConfig config = config_of(read_script(file));
    config.beats_max = seed % 7 == 0 ? 1 + seed % 23 : FILE_BEATS_MAX;
    config.outside = random_outside(seed, config, seed % 7 != 0);
    return config;
}

// One worker mostly; several claim dynamically, with delays: they must not show either.
TEST(Comparison, random_files_are_predicted_in_every_event) {
    Counted counted;
    for (u64 seed = 1; seed <= FILE_SEEDS; ++seed) {
        const std::string file = random_workload_file(seed);
        const NativeScript script(file);
        test::NativeOptions options = script.options();
        const ModelConfig config = config_of_file(file, seed);
        options.beats_max = config.beats_max;
        feed(options, config);
        options.claiming = seed % 3 == 0 ? Claiming::Dynamic : Claiming::Static;
        const u32 workers = seed % 8 == 0 ? 3 : 1;
        expect_equal(options, Model(config).run(), "file " + std::to_string(seed),
                     {std::min(workers, options.cores)}, counted);
    }
    tell(counted);
}

/// What the runtime's own encoder makes of a run's identity.
Bytes real_identity(const ModelConfig& config, std::span<const std::byte> workload) {
    std::vector<HandlerName> handlers(1024);
    std::vector<HandlerName> guards(1024);
    Sha256Digest hash{};
    std::memcpy(&hash, sha256(workload).data(), sizeof(hash));
    const Identity identity{.cores = config.cores,
                            .latencies = config.latencies,
                            .capacities = knhk::CAPACITIES,
                            .costs = knhk::ALL_COSTS,
                            .seed = config.seed,
                            .handlers = list_handlers(handlers),
                            .workload_sha256 = hash,
                            .policies = config.stealing ? POLICY_STEALING : 0,
                            .guards = list_guards(guards)};
    Bytes buffer(IDENTITY_BYTES_MAX);
    const std::span<const std::byte> used = encode_identity(identity, buffer);
    return Bytes(used.begin(), used.end());
}

TEST(Comparison, identities_are_predicted_byte_for_byte) {
    for (u64 seed = 1; seed <= 24; ++seed) {
        const Script script = read_script(random_workload_file(seed));
        const ModelConfig config = config_of(script);
        const Bytes packed = pack_script(script);
        EXPECT_EQ(identity_of(config, packed), real_identity(config, packed)) << "seed " << seed;
    }
}

// Some of the misreadings; model_test.cpp sees that each changes a prediction.
TEST(Comparison, planted_misreadings_differ_from_the_scheduler) {
    constexpr bool ModelFaults::* PLANTED[] = {&ModelFaults::credit_back_a_beat_late,
                                               &ModelFaults::executed_placed_at_end,
                                               &ModelFaults::key_as_asked,
                                               &ModelFaults::parked_after_effect,
                                               &ModelFaults::reading_touches,
                                               &ModelFaults::steal_unrecorded};
    std::vector<bool> noticed(std::size(PLANTED));
    for (u64 seed = 1; seed <= NOTICED_SEEDS; ++seed) {
        const std::string file = random_workload_file(seed);
        const NativeScript script(file);
        test::NativeOptions options = script.options();
        ModelConfig config = config_of_file(file, seed);
        options.beats_max = config.beats_max;
        const NativeRun native(options);
        config.beats_max = std::min<u64>(config.beats_max, native.logged.beats.size() + 1);
        for (std::size_t i = 0; i < noticed.size(); ++i) {
            ModelFaults faults;
            faults.*PLANTED[i] = true;
            noticed[i] = noticed[i] || difference(native, Model(config, faults).run());
        }
    }
    EXPECT_EQ(std::ranges::count(noticed, true), std::ssize(noticed));
}

} // namespace
} // namespace knhk::model
