// SPDX-License-Identifier: MIT
// Images of other architectures in Linux processes, through their own loaders, which QEMU's user
// mode runs: everything that a process of this machine's does.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

using Words = std::vector<std::string>;

Words run_words(const std::string& platform, const Words& more) {
    Words words = {"run", "mixed", "--cores", "16", "--tasks", "20000", "--on", platform};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::string first_checkpoint(const std::string& folder) {
    std::string first;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        first = first.empty() ? entry.path().string() : std::min(first, entry.path().string());
    }
    return first;
}

TEST(Processes, log_is_the_one_of_this_machines_process_and_says_where_it_was_made) {
    const Folder folder;
    const auto base = knhk_json(run_words("linux", {"--log", folder.file("base")}));
    for (const std::string& platform : foreign_processes()) {
        for (const char* workers : {"1", "2", "5"}) {
            const auto run =
                knhk_json(run_words(platform, {"--workers", workers, "--log", folder.file("log")}));
            EXPECT_EQ(run["run_digest"], base["run_digest"]) << platform << ' ' << workers;
            EXPECT_EQ(run["platform"], platform);
            EXPECT_EQ(run["seen_platform"], platform);
            EXPECT_EQ(run["seen_harts"], std::stoi(workers));
            EXPECT_TRUE(read_file(folder.file("log")) == read_file(folder.file("base")));
            const auto manifest =
                nlohmann::json::parse(read_file(folder.file("log.manifest.json")));
            EXPECT_EQ(manifest["seen_platform"], platform);
        }
    }
}

TEST(Processes, recorded_inputs_replay_and_checkpoints_go_both_ways) {
    for (const std::string& platform : foreign_processes()) {
        const Folder folder;
        write_file(folder.file("tasks"), R"({"handler": "mixed.step", "id": 7})"
                                         "\n"
                                         R"({"handler": "mixed.step", "id": 8})"
                                         "\n");
        const auto run =
            knhk_json(run_words(platform, {"--workers", "2", "--input", folder.file("tasks"),
                                           "--log", folder.file("log"), "--checkpoints",
                                           folder.file("checkpoints"), "--checkpoint-every", "8"}));
        EXPECT_EQ(run["inputs"]["accepted"], 2) << platform;
        const std::string input = "log:" + folder.file("log");
        EXPECT_EQ(knhk_json(run_words("linux", {"--input", input}))["run_digest"],
                  run["run_digest"]);
        EXPECT_EQ(knhk_json({"replay", folder.file("log")})["match"], true);
        EXPECT_EQ(knhk_json({"replay", folder.file("log"), "--on", platform})["match"], true);
        for (const std::string& there : {std::string("linux"), platform}) {
            const auto resumed = knhk_json({"resume", first_checkpoint(folder.file("checkpoints")),
                                            "--on", there, "--workers", "3", "--input", input});
            EXPECT_EQ(resumed["run_digest"], run["run_digest"]) << platform << " on " << there;
        }
    }
}

TEST(Processes, failures_are_told_as_in_a_process_of_this_machine) {
    const Folder folder;
    build_for_all(source_root() + "/tests/programs/faulty", folder.file("faulty"));
    const auto run = [&folder](const std::string& workload, const std::string& platform) {
        return knhk({"run", workload, "--image", image_for(platform, folder.file("faulty")), "--on",
                     platform, "--timeout", "60", "--beat-limit", "2"});
    };
    for (const std::string& platform : foreign_processes()) {
        const auto fault = run("null", platform);
        EXPECT_EQ(fault.status, 4) << platform << ": " << fault.err;
        EXPECT_NE(fault.err.find("SIGSEGV"), std::string::npos) << fault.err;
        const auto undefined = run("undefined", platform);
        EXPECT_EQ(undefined.status, 4) << platform << ": " << undefined.err;
        EXPECT_NE(undefined.err.find("SIGILL"), std::string::npos) << undefined.err;
        const auto panic = run("panic", platform);
        EXPECT_EQ(panic.status, 4) << platform << ": " << panic.err;
        EXPECT_NE(panic.err.find("panic"), std::string::npos) << panic.err;
        EXPECT_EQ(run("hang", platform).status, 5) << platform;
    }
}

TEST(Processes, image_of_another_architecture_is_refused_by_name) {
    for (const std::string& platform : foreign_processes()) {
        const auto result = knhk({"run", "pure", "--on", platform, "--image", image_path()});
        EXPECT_EQ(result.status, 2);
        EXPECT_NE(result.err.find(architecture_of(platform)), std::string::npos) << result.err;
    }
}

} // namespace
} // namespace knhk::test
