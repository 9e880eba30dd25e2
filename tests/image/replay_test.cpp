// SPDX-License-Identifier: MIT
// Replay, checkpoints and resuming through the command: recorded on one platform, executed again
// on the other, with other workers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

using Words = std::vector<std::string>;

Words mixed(const Words& more) {
    Words words = {"run", "mixed", "--cores", "16", "--tasks", "300000", "--seed", "5"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// A run with checkpoints, most of them kept.
nlohmann::json record(const Folder& folder, const Words& more) {
    Words words = mixed({"--log", folder.file("log"), "--checkpoints", folder.file("cp"),
                         "--checkpoint-every", "16", "--checkpoint-keep", "50"});
    words.insert(words.end(), more.begin(), more.end());
    return knhk_json(words);
}

std::vector<std::string> checkpoints_in(const Folder& folder) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder.file("cp"))) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

TEST(Replay, log_of_one_platform_is_executed_again_on_the_others) {
    const Folder folder;
    const auto run = knhk_json(mixed({"--workers", "2", "--log", folder.file("linux")}));
    for (const std::string& platform : emulated_platforms()) {
        const auto in_qemu =
            knhk_json({"replay", folder.file("linux"), "--on", platform, "--workers", "3"});
        EXPECT_EQ(in_qemu["match"], true) << platform;
        EXPECT_EQ(in_qemu["beats_checked"], run["beats"]) << platform;
        (void)knhk_json(mixed({"--on", platform, "--workers", "2", "--level", "inputs", "--log",
                               folder.file("qemu")}));
        const auto in_process = knhk_json({"replay", folder.file("qemu"), "--workers", "5"});
        EXPECT_EQ(in_process["match"], true) << platform;
        EXPECT_EQ(in_process["beats_checked"], run["beats"]) << platform;
    }
}

// Each word of an event in turn, wherever the middle of the log is in one: some can be, and are
// another run's; others cannot.
TEST(Replay, first_beat_that_is_not_the_recorded_one_ends_it_and_is_explained) {
    constexpr std::size_t EVENT_WORDS = 4;
    const Folder folder;
    (void)knhk_json(mixed({"--log", folder.file("log")}));
    const auto whole = knhk_json({"replay", folder.file("log")});
    const std::string bytes = read_file(folder.file("log"));
    int different = 0;
    for (std::size_t word = 0; word < EVENT_WORDS; ++word) {
        std::string changed = bytes;
        changed[(bytes.size() / 2 & ~std::size_t{7}) + 8 * word] ^= 4;
        write_file(folder.file("bad"), changed);
        const CommandResult result = knhk({"replay", folder.file("bad"), "--json"});
        EXPECT_EQ(result.status, 1);
        const auto json = nlohmann::json::parse(result.out);
        EXPECT_EQ(json["match"], false);
        EXPECT_LT(json["beats_checked"], whole["beats_checked"]);
        EXPECT_NE(json["damage"].is_null(), json["difference"].is_null());
        if (json["outcome"] == "different") {
            ++different;
            EXPECT_FALSE(json["difference"]["first_difference"].is_null());
        }
    }
    EXPECT_GE(different, 1);
}

TEST(Replay, goes_from_a_checkpoint_until_a_beat_and_executes_no_others) {
    const Folder folder;
    (void)record(folder, {"--workers", "2"});
    const auto part = knhk_json({"replay", folder.file("log"), "--from", "40", "--until", "45",
                                 "--checkpoints", folder.file("cp")});
    EXPECT_EQ(part["match"], true);
    EXPECT_EQ(part["last_beat"], 45);
    const std::uint64_t executed = part["beats_executed"];
    EXPECT_GE(executed, 6u);
    EXPECT_LE(executed, 6u + 24) << "the checkpoint before is at most 16 beats and an epoch away";
}

TEST(Replay, log_that_cannot_be_replayed_is_refused_in_words) {
    const Folder folder;
    (void)knhk_json(mixed({"--level", "digest", "--log", folder.file("log")}));
    const CommandResult result = knhk({"replay", folder.file("log")});
    EXPECT_EQ(result.status, 2);
    EXPECT_NE(result.err.find("level digest"), std::string::npos) << result.err;
    EXPECT_EQ(knhk({"replay", folder.file("nothing")}).status, 2);
    EXPECT_EQ(knhk({"replay", folder.file("log"), "--from", "3"}).status, 2);
}

TEST(Resume, from_every_checkpoint_on_all_platforms_ends_with_the_digest_and_the_log) {
    const Folder folder;
    const auto whole = record(folder, {"--workers", "2"});
    const std::string log = read_file(folder.file("log"));
    const auto checkpoints = checkpoints_in(folder);
    ASSERT_GE(checkpoints.size(), 3u);
    std::filesystem::remove(folder.file("log"));
    const auto all = platforms();
    for (std::size_t i = 0; i < std::max(checkpoints.size(), all.size()); ++i) {
        const auto resumed = knhk_json({"resume", checkpoints[i % checkpoints.size()], "--workers",
                                        std::to_string(1 + i % 3), "--on", all[i % all.size()]});
        EXPECT_EQ(resumed["run_digest"], whole["run_digest"]);
        EXPECT_EQ(resumed["beats_before"].get<std::uint64_t>() +
                      resumed["beats_executed"].get<std::uint64_t>(),
                  whole["beats"].get<std::uint64_t>());
    }
    write_file(folder.file("cut"), log.substr(0, log.size() - 5000));
    (void)knhk_json({"resume", folder.file("cp"), "--log", folder.file("cut"), "--workers", "3"});
    EXPECT_TRUE(read_file(folder.file("cut")) == log) << "as if it had not been interrupted";
}

TEST(Resume, checkpoint_of_every_platform_goes_on_in_a_process) {
    for (const std::string& platform : emulated_platforms()) {
        const Folder folder;
        const auto whole = record(folder, {"--on", platform, "--workers", "2"});
        const auto resumed =
            knhk_json({"resume", checkpoints_in(folder).front(), "--workers", "3"});
        EXPECT_EQ(resumed["run_digest"], whole["run_digest"]) << platform;
    }
}

TEST(Resume, damaged_checkpoints_are_passed_over_in_a_folder_and_refused_by_name) {
    const Folder folder;
    const auto whole = record(folder, {});
    const auto checkpoints = checkpoints_in(folder);
    ASSERT_GE(checkpoints.size(), 2u);
    std::string bytes = read_file(checkpoints.back());
    bytes[bytes.size() / 2] ^= 1;
    write_file(checkpoints.back(), bytes);
    const CommandResult refused = knhk({"resume", checkpoints.back()});
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(refused.err.find("refused"), std::string::npos) << refused.err;
    EXPECT_EQ(knhk({"checkpoint", folder.file("cp")}).status, 2);
    const auto resumed = knhk_json({"resume", folder.file("cp")});
    EXPECT_EQ(resumed["checkpoint"], checkpoints[checkpoints.size() - 2]);
    EXPECT_EQ(resumed["run_digest"], whole["run_digest"]);
}

TEST(Resume, log_of_another_run_is_not_touched) {
    const Folder folder;
    (void)record(folder, {});
    (void)knhk_json({"run", "pure", "--log", folder.file("other")});
    const std::string before = read_file(folder.file("other"));
    EXPECT_EQ(knhk({"resume", folder.file("cp"), "--log", folder.file("other")}).status, 2);
    EXPECT_EQ(read_file(folder.file("other")), before);
}

} // namespace
} // namespace knhk::test
