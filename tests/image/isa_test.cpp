// SPDX-License-Identifier: MIT
// The instruction sets that an image finds, takes and refuses, and its kernels run where it runs
// them. Which one it takes never shows in a digest.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

constexpr int BAD_INPUT = 2;
constexpr int RUN_FAILED = 4;
constexpr const char* RISCV_WITH_ALL = "rv64,v=true,vext_spec=v1.0,zknh=true";

using Words = std::vector<std::string>;

Words and_also(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// A platform, and what a run there is told besides so that it has something to choose.
struct Place {
    std::string platform;
    Words options;
    std::string best; ///< empty: whatever it is
};

std::vector<Place> places() {
    std::vector<Place> all{{"linux", {}, ""}};
    for (const std::string& platform : emulated_platforms()) {
        const std::string architecture = architecture_of(platform);
        if (architecture == "riscv64") {
            all.push_back({platform, {"--cpu", RISCV_WITH_ALL}, "rvv"});
            all.push_back({platform, {}, "scalar"});
        } else {
            all.push_back({platform, {}, architecture == "x86_64" ? "avx2" : "neon"});
        }
    }
    return all;
}

Words run_at(const Place& place, const Words& what) {
    Words words{"run"};
    words = and_also(words, what);
    return and_also(and_also(words, {"--on", place.platform}), place.options);
}

/// Its tasks follow a snapshot, so what they output is what the kernels answer.
Words evaluating() {
    return {source_root() + "/examples/access.json", "--workers", "2"};
}

TEST(Isa, best_of_the_machine_is_taken_and_all_that_it_can_run_give_one_digest) {
    const auto digest = knhk_json(run_at({"linux", {}, ""}, evaluating()))["run_digest"];
    for (const Place& place : places()) {
        const auto best = knhk_json(run_at(place, evaluating()));
        if (!place.best.empty()) {
            EXPECT_EQ(best["isa"], place.best) << place.platform;
        }
        EXPECT_EQ(best["run_digest"], digest) << place.platform;
        for (const std::string isa : {"scalar", "avx2", "avx512", "neon", "rvv"}) {
            const auto run =
                knhk(run_at(place, and_also(evaluating(), {"--isa", isa, "--json", "--quiet"})));
            if (run.status == BAD_INPUT && isa != "scalar") {
                continue; // not on this machine
            }
            ASSERT_EQ(run.status, 0) << place.platform << " " << isa << ": " << run.err;
            const auto told = nlohmann::json::parse(run.out);
            EXPECT_EQ(told["isa"], isa) << place.platform;
            EXPECT_EQ(told["run_digest"], digest) << place.platform << " " << isa;
        }
    }
}

TEST(Isa, what_the_machine_cannot_run_is_refused_in_one_line) {
    for (const Place& place : places()) {
        const bool is_arm = place.best == "neon";
        const std::string wanted = is_arm ? "avx2" : "neon";
        const auto result = knhk(run_at(place, {"mixed", "--isa", wanted}));
        EXPECT_EQ(result.status, BAD_INPUT) << place.platform;
        EXPECT_NE(result.err.find("this machine cannot run kernels of that instruction set"),
                  std::string::npos)
            << result.err;
    }
    EXPECT_EQ(knhk({"run", "mixed", "--isa", "sse9"}).status, BAD_INPUT);
}

/// Instructions where QEMU is known to have them, portable code where it is known to have none.
void check_what_hashes(const Place& place, const Words& image) {
    if (place.best != "neon" && place.best != "rvv" && place.best != "scalar") {
        return;
    }
    const auto run = knhk(run_at(place, and_also({"sha256.instructions"}, image)));
    EXPECT_EQ(run.status, place.best == "scalar" ? RUN_FAILED : 0) << place.platform << run.err;
}

/// On each of four harts, while hart 0 is interrupted every so often.
TEST(Isa, kernels_are_right_inside_the_image_on_all_harts_and_between_interrupts) {
    const Folder folder;
    build_for_all(source_root() + "/tests/programs/kernels", folder.file("kernels"));
    for (const Place& place : places()) {
        const Words image{"--image",      image_for(place.platform, folder.file("kernels")),
                          "--tasks",      "4",
                          "--workers",    "4",
                          "--beat-limit", "300"};
        const std::string best = knhk_json(run_at(place, {"pure"}))["isa"];
        for (const std::string& isa : {best, std::string("scalar"), std::string("sha256")}) {
            const auto run = knhk_json(run_at(place, and_also({isa}, image)));
            EXPECT_EQ(run["tasks"], 4) << place.platform << " " << isa;
        }
        check_what_hashes(place, image);
    }
}

} // namespace
} // namespace knhk::test
