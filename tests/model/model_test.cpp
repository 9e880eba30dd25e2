// SPDX-License-Identifier: MIT
// The model by itself: it is a function of its workload, its random workloads meet every hard case,
// and each misreading of the contract changes what it predicts. The scheduler is compared with it
// in comparison_test.cpp.
#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "tests/model/builtin_workloads.hpp"
#include "tests/model/comparison.hpp"
#include "tests/model/identity.hpp"
#include "tests/model/planted.hpp"
#include "tests/model/random_file.hpp"
#include "tests/model/random_outside.hpp"
#include "tests/model/script.hpp"

namespace knhk::model {
namespace {

constexpr u64 FILE_SEEDS = 1200;
constexpr u64 HANDLER_SEEDS = 60;
/// Far more than any random file needs: their tasks end by their lives.
constexpr u64 BEATS_MAX = 50'000;

ModelConfig config_of_file(u64 seed) {
    ModelConfig config = config_of(read_script(random_workload_file(seed)));
    config.beats_max = BEATS_MAX;
    return config;
}

/// With inputs from outside.
ModelConfig open_config_of_file(u64 seed) {
    ModelConfig config = config_of_file(seed);
    config.outside = random_outside(seed, config, true);
    return config;
}

template<std::size_t size>
std::string hex_of(const std::array<std::byte, size>& bytes) {
    std::string text;
    for (const std::byte byte : bytes) {
        constexpr char DIGITS[] = "0123456789abcdef";
        text += DIGITS[static_cast<u32>(byte) >> 4];
        text += DIGITS[static_cast<u32>(byte) & 15];
    }
    return text;
}

// FIPS 180-4's examples: one block, and two.
TEST(ModelIdentity, sha256_of_known_text_is_the_known_hash) {
    const auto hash = [](const std::string& text) {
        return hex_of(sha256(std::as_bytes(std::span(text))));
    };
    EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// log-format.md, A small log.
TEST(Model, small_log_of_the_documents_is_predicted) {
    const ModelConfig config{.cores = 1,
                             .seed = 1,
                             .latencies = {1},
                             .handlers = builtin_handlers(),
                             .guards = builtin_guards(),
                             .inputs = builtin_inputs("pure", 1, 1)};
    const ModelRun run = Model(config).run();
    ASSERT_EQ(run.beats.size(), 1u);
    EXPECT_EQ(hex(run.beats[0].chain), "18d07d582a048bc5212a93d9d08cc94e");
    const ModelDigest identity = hash128(identity_of(config, builtin_text("pure", 1)));
    EXPECT_EQ(hex(identity), "45d1a6ca6ca84018015b2d9f5a891c5f");
    EXPECT_EQ(hex(run.digest(identity)), "8a23e7ef41bd0ef53043e579c64d2206");
    const std::vector<ModelEvent>& events = run.beats[0].events[0];
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(hex_of(events[2].encode()),
              "030000000000000000000000000000006c61488d81a8b1a10300000000000200");
}

TEST(Model, two_runs_of_a_workload_are_equal) {
    for (u64 seed = 1; seed <= 20; ++seed) {
        const std::optional<std::string> found =
            difference(Model(config_of_file(seed)).run(), Model(config_of_file(seed)).run());
        EXPECT_FALSE(found) << "seed " << seed << ": " << *found;
    }
}

// Section 2.11: what was taken, and for which beat, is all that time decides.
TEST(Model, run_made_again_from_what_was_taken_is_the_same) {
    u64 taken = 0;
    for (u64 seed = 1; seed <= FILE_SEEDS; ++seed) {
        const ModelConfig config = open_config_of_file(seed);
        const ModelRun run = Model(config).run();
        const auto found = difference(Model(recorded(config, run)).run(), run);
        EXPECT_FALSE(found) << "seed " << seed << ": " << *found;
        taken += run.taken.size();
    }
    EXPECT_GT(taken, FILE_SEEDS * 20);
}

TEST(Difference, one_changed_field_is_named) {
    const ModelRun run = Model(config_of_file(4)).run();
    const auto found = [&run](const std::function<void(ModelBeat&)>& change) {
        ModelRun changed = run;
        change(changed.beats.at(0));
        return difference(changed, run).value_or("nothing");
    };
    const auto in_event = [&found](const std::function<void(ModelEvent&)>& change) {
        return found([&change](ModelBeat& beat) { change(beat.events.at(0).at(1)); });
    };
    const auto expect_named = [](const std::string& text, const std::string& field) {
        EXPECT_NE(text.find(field + ":"), std::string::npos) << text;
    };
    expect_named(in_event([](ModelEvent& event) { ++event.kind; }), "kind");
    expect_named(in_event([](ModelEvent& event) { ++event.timestamp; }), "timestamp");
    expect_named(in_event([](ModelEvent& event) { ++event.task_id; }), "task_id");
    expect_named(in_event([](ModelEvent& event) { ++event.status; }), "status");
    expect_named(in_event([](ModelEvent& event) { ++event.hash; }), "hash");
    expect_named(in_event([](ModelEvent& event) { ++event.ticks; }), "ticks");
    expect_named(in_event([](ModelEvent& event) { ++event.core; }), "core");
    expect_named(found([](ModelBeat& beat) { ++beat.beat; }), "number");
    expect_named(found([](ModelBeat& beat) { ++beat.start_time; }), "G");
    expect_named(found([](ModelBeat& beat) { beat.events[0].pop_back(); }), "events");
    EXPECT_EQ(found([](ModelBeat& beat) { beat.chain[0] ^= std::byte{1}; }),
              "beat " + std::to_string(run.beats[0].beat) + ", chain");
}

TEST(RandomFile, text_is_a_function_of_the_seed) {
    std::set<std::string> texts;
    for (u64 seed = 1; seed <= 100; ++seed) {
        EXPECT_EQ(random_workload_file(seed), random_workload_file(seed));
        texts.insert(random_workload_file(seed));
    }
    EXPECT_EQ(texts.size(), 100u);
}

// Sizes are what keeps these tests useful and short.
TEST(RandomFile, runs_end_and_are_neither_empty_nor_huge) {
    u64 middling = 0;
    std::map<u32, u64> of_cores;
    for (u64 seed = 1; seed <= FILE_SEEDS; ++seed) {
        const ModelConfig config = config_of_file(seed);
        const ModelRun run = Model(config).run();
        EXPECT_EQ(run.reason, ModelEnd::Quiescent) << "seed " << seed;
        EXPECT_GT(run.event_count(), 0u) << "seed " << seed;
        EXPECT_LT(run.event_count(), 100'000u) << "seed " << seed;
        middling += run.event_count() >= 500 && run.event_count() <= 20'000;
        ++of_cores[config.cores];
    }
    EXPECT_GT(middling, FILE_SEEDS / 2);
    EXPECT_EQ(of_cores.size(), 9u) << "all numbers of cores";
    std::cout << middling << " of " << FILE_SEEDS << " files make 500 to 20000 events; "
              << of_cores[256] << " have 256 cores\n";
}

TEST(Model, random_workloads_meet_every_hard_case) {
    CaseTally tally;
    for (u64 seed = 1; seed <= FILE_SEEDS; ++seed) {
        Model model(open_config_of_file(seed));
        (void)model.run();
        tally.add(model.counters());
    }
    for (u64 seed = 1; seed <= HANDLER_SEEDS; ++seed) {
        Model model(config_of(random_workload(seed)));
        (void)model.run();
        tally.add(model.counters());
    }
    for (std::size_t i = 0; i < std::size(HARD_CASES); ++i) {
        EXPECT_GT(tally.times[i], 0u) << HARD_CASES[i].text;
        std::cout << HARD_CASES[i].text << ": " << tally.times[i] << " in " << tally.runs_with[i]
                  << " runs\n";
    }
}

/// Workloads with their runs, each made once.
class Runs {
  public:
    struct Entry {
        ModelConfig config; ///< ends a beat after the run
        ModelRun run;
    };

    const Entry& of_file(u64 seed) {
        const auto found = entries_.find(seed);
        if (found != entries_.end()) {
            return found->second;
        }
        ModelConfig config = open_config_of_file(seed);
        ModelRun run = Model(config).run();
        // A misreading may never end; one beat more is a difference already.
        config.beats_max = run.beats.size() + 1;
        return entries_.emplace(seed, Entry{std::move(config), std::move(run)}).first->second;
    }

  private:
    std::map<u64, Entry> entries_;
};

// The scheduler makes the model's predictions come true (comparison_test.cpp), so what changes a
// prediction would be noticed there.
TEST(Model, every_planted_misreading_changes_a_prediction) {
    Runs runs;
    for (const PlantedFault& planted : PLANTED_FAULTS) {
        std::optional<std::string> found;
        for (u64 seed = 1; seed <= FILE_SEEDS && !found; ++seed) {
            const Runs::Entry& entry = runs.of_file(seed);
            found = difference(Model(entry.config, planted.alone()).run(), entry.run);
            if (found) {
                std::cout << planted.text << ": seed " << seed << ", " << *found << "\n";
            }
        }
        EXPECT_TRUE(found) << planted.text << " is not noticed";
    }
    std::cout << std::size(PLANTED_FAULTS) << " misreadings\n";
}

} // namespace
} // namespace knhk::model
