// SPDX-License-Identifier: MIT
// The promise itself: one image, one digest and one log, under QEMU and in a Linux process, for
// every number of workers; and another digest whenever anything that matters is another.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

struct Place {
    std::string platform;
    u_int workers;
};

// More workers than CPUs included: the machines that run this have two.
std::vector<Place> all_places() {
    std::vector<Place> places{{"linux", 1}, {"linux", 2}, {"linux", 3}, {"linux", 5}};
    for (const std::string& platform : emulated_platforms()) {
        for (const u_int workers : {1, 2, 4}) {
            places.push_back({platform, workers});
        }
    }
    return places;
}

std::vector<Place> everywhere(u_int workers) {
    std::vector<Place> places;
    for (const std::string& platform : platforms()) {
        places.push_back({platform, workers});
    }
    return places;
}

std::vector<std::string> run_words(const std::string& workload, u_int cores, u_int tasks,
                                   const Place& place) {
    return {"run",       workload,
            "--on",      place.platform,
            "--cores",   std::to_string(cores),
            "--tasks",   std::to_string(tasks),
            "--workers", std::to_string(place.workers)};
}

struct Shape {
    const char* workload;
    u_int cores;
    u_int tasks;
};

class EveryShape : public testing::TestWithParam<Shape> {};

TEST_P(EveryShape, one_log_everywhere) {
    const auto [workload, cores, tasks] = GetParam();
    const Folder folder;
    std::string first_log;
    nlohmann::json first;
    for (const Place& place : all_places()) {
        if (place.workers > cores) {
            continue;
        }
        auto words = run_words(workload, cores, tasks, place);
        words.insert(words.end(), {"--log", folder.file("log")});
        const nlohmann::json run = knhk_json(words);
        const std::string log = read_file(folder.file("log"));
        if (first_log.empty()) {
            first_log = log;
            first = run;
        }
        const std::string where = place.platform + " W=" + std::to_string(place.workers);
        EXPECT_EQ(run["tasks"], tasks) << where;
        EXPECT_EQ(run["platform"], place.platform);
        EXPECT_EQ(run["workers"], place.workers);
        EXPECT_EQ(run["run_digest"], first["run_digest"]) << where;
        EXPECT_EQ(run["arch"], architecture_of(place.platform)) << where;
        if (run["arch"] == first["arch"]) {
            EXPECT_EQ(run["image_sha256"], first["image_sha256"]) << where;
        }
        EXPECT_TRUE(log == first_log) << where << ": the files differ";
    }
    EXPECT_GT(first_log.size(), tasks * 64u);
}

INSTANTIATE_TEST_SUITE_P(Builtin, EveryShape,
                         testing::Values(Shape{"pure", 1, 5000}, Shape{"pure", 8, 30'000},
                                         Shape{"ring", 4, 2000}, Shape{"ring", 64, 20'000},
                                         Shape{"fanout", 2, 20'000}, Shape{"fanout", 64, 100'000},
                                         Shape{"fanout", 256, 50'000}));

TEST(Digest, fifty_seeds_give_fifty_digests_and_the_same_on_all_platforms) {
    std::set<std::string> digests;
    for (u_int seed = 1; seed <= 50; ++seed) {
        std::string on_linux;
        for (const Place& place : everywhere(2)) {
            auto words = run_words("fanout", 64, 10'000, place);
            words.insert(words.end(), {"--seed", std::to_string(seed), "--level", "digest"});
            const std::string digest = knhk_json(words)["run_digest"];
            on_linux = on_linux.empty() ? digest : on_linux;
            EXPECT_EQ(digest, on_linux) << "seed " << seed;
        }
        digests.insert(on_linux);
    }
    EXPECT_EQ(digests.size(), 50u);
}

TEST(Digest, one_million_tasks_agree_and_no_worker_idles) {
    std::string first;
    std::vector<Place> places = everywhere(2);
    places.push_back({"linux", 1});
    for (const Place& place : places) {
        const auto run = knhk_json(run_words("fanout", 64, 1'000'000, place));
        const std::string digest = run["run_digest"];
        first = first.empty() ? digest : first;
        EXPECT_EQ(digest, first);
        EXPECT_GE(run["remote_messages"], 1'000'000 / 8);
        ASSERT_EQ(run["tasks_by_worker"].size(), place.workers);
        for (const auto& tasks : run["tasks_by_worker"]) {
            EXPECT_GT(tasks, 1'000'000 / place.workers / 2);
        }
    }
}

TEST(Digest, longer_latency_is_another_run_and_the_same_one_everywhere) {
    const std::vector<std::string> latency = {"--latency", "3"};
    auto words = run_words("fanout", 16, 3000, {"linux", 2});
    const auto one = knhk_json(words);
    words.insert(words.end(), latency.begin(), latency.end());
    const auto three = knhk_json(words);
    EXPECT_GT(three["beats"], one["beats"]);
    EXPECT_EQ(three["tasks"], one["tasks"]);
    for (const std::string& platform : emulated_platforms()) {
        words = run_words("fanout", 16, 3000, {platform, 4});
        words.insert(words.end(), latency.begin(), latency.end());
        EXPECT_EQ(knhk_json(words)["run_digest"], three["run_digest"]) << platform;
    }
}

TEST(Digest, level_and_beat_limit_do_not_change_what_is_recorded) {
    const Place place{"linux", 2};
    const auto full = knhk_json(run_words("fanout", 8, 5000, place));
    auto words = run_words("fanout", 8, 5000, place);
    words.insert(words.end(), {"--level", "inputs"});
    EXPECT_EQ(knhk_json(words)["run_digest"], full["run_digest"]);
    words = run_words("fanout", 8, 5000, place);
    words.insert(words.end(), {"--beats", std::to_string(full["beats"].get<u_int>())});
    EXPECT_EQ(knhk_json(words)["run_digest"], full["run_digest"]);
}

TEST(Digest, digests_over_the_console_are_those_of_the_shared_drain) {
    for (const Place& place : everywhere(2)) {
        const auto shared = knhk_json(run_words("ring", 8, 1000, place));
        auto words = run_words("ring", 8, 1000, place);
        words.insert(words.end(), {"--drain", "console"});
        EXPECT_EQ(knhk_json(words)["run_digest"], shared["run_digest"]);
    }
}

TEST(Digest, repeated_runs_demand_one_digest) {
    const auto result = knhk({"run", "fanout", "--workers", "2", "--repeat", "5", "--quiet"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_NE(result.out.find("5 runs, one digest"), std::string::npos) << result.out;
}

TEST(Digest, other_machines_agree) {
    const auto base = knhk_json(run_words("fanout", 4, 2000, {"linux", 1}));
    for (const char* machine : {"pc", "microvm"}) { // microvm has an XSDT and no RSDT
        auto words = run_words("fanout", 4, 2000, {"qemu-x86_64", 4});
        words.insert(words.end(), {"--machine", machine});
        EXPECT_EQ(knhk_json(words)["run_digest"], base["run_digest"]) << machine;
    }
}

TEST(Digest, other_processors_agree_and_more_harts_than_a_small_interrupt_controller_has) {
    const auto base = knhk_json(run_words("fanout", 16, 2000, {"linux", 1}));
    for (const std::string& platform : emulated_platforms()) {
        EXPECT_EQ(knhk_json(run_words("fanout", 16, 2000, {platform, 12}))["run_digest"],
                  base["run_digest"])
            << platform;
    }
    const auto all = emulated_platforms();
    if (std::ranges::find(all, "qemu-aarch64") != all.end()) {
        auto words = run_words("fanout", 16, 2000, {"qemu-aarch64", 4});
        words.insert(words.end(), {"--cpu", "cortex-a72"});
        EXPECT_EQ(knhk_json(words)["run_digest"], base["run_digest"]);
    }
}

} // namespace
} // namespace knhk::test
