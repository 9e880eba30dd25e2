// SPDX-License-Identifier: MIT
// The shrinker with predicates whose smallest files are known.
#include <gtest/gtest.h>

#include "tests/model/model.hpp"
#include "tests/model/random_file.hpp"
#include "tests/model/script.hpp"
#include "tests/model/shrink.hpp"

namespace knhk::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr u64 BEATS_MAX = 3000;

bool has_step(const Json& file, const std::string& what) {
    for (const Json& kind : file.value("kinds", Json::array())) {
        for (const Json& step : kind["steps"]) {
            if (step["do"] == what) {
                return true;
            }
        }
    }
    return false;
}

ModelCounters counters_of(const std::string& text) {
    ModelConfig config = config_of(read_script(text));
    config.beats_max = BEATS_MAX;
    Model model(std::move(config));
    (void)model.run();
    return model.counters();
}

TEST(Shrink, nothing_asked_for_leaves_an_empty_workload) {
    const Json file = Json::parse(random_workload_file(4));
    const Shrunk shrunk = shrink(file, [](const std::string&) { return true; });
    EXPECT_EQ(shrunk.file["inputs"].size(), 0u);
    EXPECT_FALSE(shrunk.file.contains("kinds"));
    EXPECT_FALSE(shrunk.file.contains("observations"));
    EXPECT_EQ(shrunk.file["cores"], 1);
    EXPECT_FALSE(shrunk.file.contains("topology"));
    EXPECT_FALSE(shrunk.file.contains("stealing"));
}

TEST(Shrink, everything_asked_for_leaves_the_file_as_it_was) {
    const Json file = Json::parse(random_workload_file(4));
    const Shrunk shrunk =
        shrink(file, [&](const std::string& text) { return Json::parse(text) == file; });
    EXPECT_EQ(shrunk.file, file);
    EXPECT_GT(shrunk.tries, 10u);
}

TEST(Shrink, one_step_asked_for_leaves_that_step_alone) {
    const Json file = Json::parse(random_workload_file(4));
    ASSERT_TRUE(has_step(file, "output"));
    const Shrunk shrunk =
        shrink(file, [](const std::string& text) { return has_step(Json::parse(text), "output"); });
    ASSERT_EQ(shrunk.file["kinds"].size(), 1u);
    ASSERT_EQ(shrunk.file["kinds"][0]["steps"].size(), 1u);
    EXPECT_EQ(shrunk.file["kinds"][0]["steps"][0], Json({{"do", "output"}}));
}

TEST(Shrink, as_many_tries_as_allowed_are_made) {
    const Json file = Json::parse(random_workload_file(4));
    EXPECT_EQ(shrink(file, [](const std::string&) { return false; }, 7).tries, 7u);
}

// As for a difference between two runs: what makes the case happen stays, the rest goes.
TEST(Shrink, a_case_of_a_run_is_kept_with_little_else) {
    u64 shrunk_files = 0;
    for (u64 seed = 1; seed <= 60; ++seed) {
        const std::string text = random_workload_file(seed);
        if (counters_of(text).parked == 0) {
            continue;
        }
        const Shrunk shrunk = shrink(Json::parse(text), [](const std::string& smaller) {
            return counters_of(smaller).parked > 0;
        });
        const std::string result = text_of(shrunk.file);
        EXPECT_GT(counters_of(result).parked, 0u) << "seed " << seed;
        EXPECT_LT(result.size(), 1500u) << "seed " << seed << ": " << result;
        EXPECT_LE(shrunk.file.value("kinds", Json::array()).size(), 2u)
            << "seed " << seed << ": " << result;
        EXPECT_EQ(shrunk.file["inputs"].size(), 1u) << "seed " << seed << ": " << result;
        if (++shrunk_files == 5) {
            return;
        }
    }
    FAIL() << "too few files park";
}

// Every file that a predicate is asked about can be read, packed and run.
TEST(Shrink, files_asked_about_are_valid) {
    u64 asked = 0;
    for (u64 seed = 1; seed <= 24; ++seed) {
        const Json file = Json::parse(random_workload_file(seed));
        (void)shrink(
            file,
            [&](const std::string& text) {
                const Script script = read_script(text);
                EXPECT_EQ(pack_script(script).size() % 8, 0u);
                const u32 cores = script.cores.value_or(4);
                EXPECT_EQ(latencies_of(script.topology, cores).size(), u64{cores} * cores);
                return ++asked % 3 == 0;
            },
            300);
    }
    EXPECT_GT(asked, 1000u);
}

} // namespace
} // namespace knhk::model
