// SPDX-License-Identifier: MIT
// Logs as files: what an independent reader says of them, what compare says, and that neither
// overlooks a flipped bit.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/types.hpp"
#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

/// The script that was written from docs/log-format.md alone.
CommandResult recompute(const std::string& log, const std::string& digest) {
    return run_command({"python3", source_root() + "/tests/independent/recompute_digest.py", log,
                        "--expect", digest});
}

nlohmann::json record(const std::string& log, std::vector<std::string> more) {
    std::vector<std::string> words = {"run", "--tasks", "3000", "--log", log};
    words.insert(words.end(), more.begin(), more.end());
    return knhk_json(words);
}

class EveryLog : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(EveryLog, independent_reader_recomputes_the_run_digest) {
    const Folder folder;
    const auto run = record(folder.file("log"), GetParam());
    const auto result = recompute(folder.file("log"), run["run_digest"]);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_NE(result.out.find(run["run_digest"]), std::string::npos) << result.out;
}

INSTANTIATE_TEST_SUITE_P(
    Runs, EveryLog,
    testing::Values(std::vector<std::string>{"pure", "--cores", "1"},
                    std::vector<std::string>{"ring", "--cores", "16", "--workers", "2"},
                    std::vector<std::string>{"fanout", "--cores", "256"},
                    std::vector<std::string>{"fanout", "--level", "inputs"},
                    std::vector<std::string>{"fanout", "--level", "digest"},
                    std::vector<std::string>{"fanout", "--beats", "3"},
                    std::vector<std::string>{"fanout", "--on", "qemu-x86_64", "--workers", "4"}));

TEST(Log, independent_reader_refuses_another_digest) {
    const Folder folder;
    record(folder.file("log"), {"fanout"});
    EXPECT_EQ(recompute(folder.file("log"), std::string(32, '0')).status, 1);
}

TEST(Log, flipped_bits_are_found_by_the_independent_reader_by_verify_and_by_compare) {
    const Folder folder;
    const auto run = record(folder.file("log"), {"fanout", "--cores", "4"});
    const std::string log = read_file(folder.file("log"));
    // Anywhere behind the header and before the trailer, events mostly.
    for (std::size_t i = 1; i <= 12; ++i) {
        std::string damaged = log;
        const std::size_t at = 400 + i * (log.size() - 500) / 13;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << (i % 8)));
        write_file(folder.file("damaged"), damaged);
        EXPECT_NE(recompute(folder.file("damaged"), run["run_digest"]).status, 0) << "byte " << at;
        EXPECT_NE(knhk({"verify", folder.file("damaged")}).status, 0) << "byte " << at;
        EXPECT_NE(knhk({"compare", "--bytes", folder.file("log"), folder.file("damaged")}).status,
                  0)
            << "byte " << at;
    }
}

TEST(Log, compare_of_equal_logs_of_different_platforms_is_an_exact_match) {
    const Folder folder;
    record(folder.file("a"), {"fanout"});
    for (const std::string& platform : emulated_platforms()) {
        record(folder.file("b"), {"fanout", "--on", platform, "--workers", "2"});
        const auto result = knhk({"compare", folder.file("a"), folder.file("b")});
        EXPECT_EQ(result.status, 0) << platform << ": " << result.err;
        EXPECT_NE(result.out.find("ExactMatch"), std::string::npos) << result.out;
    }
}

TEST(Log, compare_names_the_seed_that_differs) {
    const Folder folder;
    record(folder.file("a"), {"fanout"});
    record(folder.file("b"), {"fanout", "--seed", "2"});
    const auto result = knhk({"compare", folder.file("a"), folder.file("b")});
    EXPECT_EQ(result.status, 1);
    EXPECT_NE(result.out.find("seed"), std::string::npos) << result.out;
    EXPECT_EQ(result.out.find("ExactMatch"), std::string::npos) << result.out;
}

TEST(Log, compare_names_beat_core_and_field_of_one_changed_event) {
    const Folder folder;
    record(folder.file("a"), {"pure", "--cores", "1"});
    std::string log = read_file(folder.file("a"));
    // The last event lies before the epoch and the trailer, 96 bytes each; its ticks are at 24.
    const std::size_t ticks = log.size() - 2 * 96 - 32 + 24;
    log[ticks] = static_cast<char>(log[ticks] ^ 4);
    write_file(folder.file("b"), log);
    const auto result = knhk({"compare", "--bytes", folder.file("a"), folder.file("b")});
    EXPECT_EQ(result.status, 1);
    EXPECT_NE(result.out.find("ticks"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("beat"), std::string::npos) << result.out;
}

TEST(Log, cut_log_is_no_match_and_is_said_to_be_cut) {
    const Folder folder;
    record(folder.file("a"), {"fanout"});
    const std::string log = read_file(folder.file("a"));
    write_file(folder.file("b"), log.substr(0, log.size() * 2 / 3));
    const auto result = knhk({"compare", folder.file("a"), folder.file("b")});
    EXPECT_NE(result.status, 0);
    EXPECT_NE((result.out + result.err).find("cut"), std::string::npos) << result.out << result.err;
    EXPECT_EQ(recompute(folder.file("b"), std::string(32, '0')).status, 2);
}

std::string hex_of(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
        constexpr const char* DIGITS = "0123456789abcdef";
        text += DIGITS[static_cast<u8>(c) >> 4];
        text += DIGITS[static_cast<u8>(c) & 15];
    }
    return text;
}

TEST(Log, small_log_of_the_document_is_what_a_run_writes) {
    const Folder folder;
    const auto run = knhk_json({"run", "pure", "--cores", "1", "--tasks", "1", "--seed", "1",
                                "--log", folder.file("log")});
    const std::string log = hex_of(read_file(folder.file("log")));
    const std::string document = read_file(source_root() + "/docs/log-format.md");
    EXPECT_NE(document.find(run["run_digest"].get<std::string>()), std::string::npos);
    EXPECT_NE(document.find(std::to_string(log.size() / 2) + " bytes"), std::string::npos);
    const std::string root = log.substr(log.size() - 2 * 40, 64);
    EXPECT_NE(document.find("root | `" + root), std::string::npos) << root;
    const std::size_t events = log.size() - 2 * (2 * 96 + 3 * 32);
    for (std::size_t event = 0; event < 3; ++event) {
        const std::string bytes = log.substr(events + event * 64, 64);
        EXPECT_NE(document.find(bytes), std::string::npos) << bytes;
    }
}

TEST(Log, manifest_says_where_it_ran_and_the_log_does_not) {
    const Folder folder;
    const auto run = record(folder.file("log"), {"fanout", "--workers", "2"});
    const auto manifest = nlohmann::json::parse(read_file(folder.file("log.manifest.json")));
    EXPECT_EQ(manifest["run_digest"], run["run_digest"]);
    EXPECT_EQ(manifest["platform"], "linux");
    EXPECT_EQ(manifest["workers"], 2);
    EXPECT_EQ(manifest["image_sha256"], run["image_sha256"]);
}

/// A constant of the code, the factor in the ring's handler, changed in a copy of the image:
/// whatever runs the copy must notice, and both platforms must notice the same.
TEST(Log, constant_changed_in_the_code_changes_the_digest_on_both_platforms_alike) {
    const Folder folder;
    const auto patched = run_command({"python3", source_root() + "/tests/image/patch_image.py",
                                      image_path(), folder.file("patched.elf")});
    ASSERT_EQ(patched.status, 0) << patched.err;
    const std::vector<std::string> words = {"run", "ring", "--cores", "8", "--workers", "2"};
    const std::string before = knhk_json(words)["run_digest"];
    std::string after;
    // The patch is of this machine's code.
    for (const std::string& platform : {platforms()[0], platforms()[1]}) {
        auto more = words;
        more.insert(more.end(), {"--image", folder.file("patched.elf"), "--on", platform});
        const std::string digest = knhk_json(more)["run_digest"];
        EXPECT_NE(digest, before) << platform;
        after = after.empty() ? digest : after;
        EXPECT_EQ(digest, after) << platform;
    }
}

} // namespace
} // namespace knhk::test
