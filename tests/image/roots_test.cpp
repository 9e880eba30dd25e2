// SPDX-License-Identifier: MIT
// What runs came to, gathered in one file by run, replay and resume, on all platforms.
#include <gtest/gtest.h>

#include "base/fnv1a.hpp"
#include "base/hash.hpp"
#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

constexpr int CHECK_SAYS_NO = 1;
constexpr int BAD_INPUT = 2;

/// Of a file of roots.
constexpr std::size_t HEADER_BYTES = 64;

class Roots : public testing::Test {
  protected:
    /// `words` with --roots.
    nlohmann::json run(std::vector<std::string> words) const {
        words.insert(words.end(), {"--roots", path_});
        return knhk_json(words);
    }

    Folder folder_;
    std::string path_ = folder_.file("roots");
};

TEST_F(Roots, each_run_that_ends_is_there_and_all_of_one_identity_agree) {
    const std::string log = folder_.file("log");
    const std::string checkpoints = folder_.file("checkpoints");
    const auto first = run({"run", "mixed", "--tasks", "2000", "--log", log, "--checkpoints",
                            checkpoints, "--checkpoint-every", "8"});
    std::size_t runs = 1;
    for (const std::string& platform : platforms()) {
        static_cast<void>(run({"run", "mixed", "--tasks", "2000", "--on", platform, "--workers",
                               "2", "--level", "digest"}));
        ++runs;
    }
    static_cast<void>(run({"replay", log, "--workers", "2"}));
    static_cast<void>(run({"resume", checkpoints}));
    static_cast<void>(run({"run", "mixed", "--tasks", "2000", "--repeat", "3"}));
    runs += 5;
    const auto roots = knhk_json({"roots", path_});
    EXPECT_EQ(roots["agree"], true);
    EXPECT_EQ(roots["identities"], 1);
    ASSERT_EQ(roots["runs"].size(), runs);
    const auto stats = knhk_json({"stats", log});
    for (const auto& root : roots["runs"]) {
        EXPECT_EQ(root["run_digest"], first["run_digest"]);
        EXPECT_EQ(root["lockchain_root"], stats["lockchain_root"]);
        EXPECT_EQ(root["events"], first["events"]);
        EXPECT_EQ(root["beats"], first["beats"]);
        EXPECT_EQ(root["leaves"], stats["epochs"]);
        EXPECT_EQ(root["seed"], 1);
        EXPECT_EQ(root["end_reason"], "quiescent");
    }
    static_cast<void>(run({"run", "mixed", "--tasks", "2000", "--seed", "2"}));
    EXPECT_EQ(knhk_json({"roots", path_})["identities"], 2);
    const auto text = knhk({"roots", path_});
    EXPECT_EQ(text.status, 0);
    EXPECT_NE(text.out.find("2 different identities: no two contradict each other"),
              std::string::npos);
}

u64 number_at(const std::string& bytes, std::size_t offset, u32 size = 8) {
    u64 value = 0;
    for (u32 i = size; i > 0; --i) {
        value = value << 8 | static_cast<u8>(bytes.at(offset + i - 1));
    }
    return value;
}

// docs/log-format.md, Roots file, Header and Trailer.
TEST_F(Roots, file_has_its_bytes_where_the_document_says) {
    constexpr std::size_t RECORD_BYTES = 112;
    const std::string path = folder_.file("log");
    static_cast<void>(run({"run", "ring", "--tasks", "300", "--seed", "77", "--log", path}));
    const std::string log = read_file(path);
    const std::string trailer = log.substr(log.size() - 96);
    const std::string file = read_file(path_);
    ASSERT_EQ(file.size(), HEADER_BYTES + (16'384 + 1) * RECORD_BYTES);
    EXPECT_EQ(file.substr(0, 8), "KNHKARRY");
    EXPECT_EQ(number_at(file, 8, 4), 1);
    EXPECT_EQ(number_at(file, 12, 4), RECORD_BYTES);
    EXPECT_EQ(number_at(file, 16), fnv1a_64("knhk.RunRoot.1"));
    EXPECT_EQ(number_at(file, 24), 16'384);
    EXPECT_EQ(number_at(file, 32), xxh3_64(file.data(), 32));
    EXPECT_EQ(number_at(file, 40), 1) << "count";
    EXPECT_EQ(number_at(file, 48), 0) << "pending";
    const std::string record = file.substr(HEADER_BYTES, RECORD_BYTES);
    EXPECT_EQ(record.substr(0, 16), log.substr(24, 16)) << "I";
    EXPECT_EQ(record.substr(16, 48), trailer.substr(40, 48)) << "D and the lockchain's root";
    EXPECT_EQ(number_at(record, 64), 77);
    EXPECT_EQ(record.substr(72, 24), trailer.substr(16, 24)) << "beats, events, leaves";
    EXPECT_EQ(number_at(record, 96, 4), 0) << "quiescent";
    EXPECT_EQ(number_at(record, 104), xxh3_64(record.data(), 104));
}

TEST_F(Roots, run_that_was_open_to_inputs_is_listed_and_not_compared) {
    const std::string lines = folder_.file("lines");
    write_file(lines, "{\"handler\": 0, \"id\": 1}\n");
    static_cast<void>(run({"run", "pure", "--tasks", "10", "--input", lines}));
    EXPECT_EQ(knhk_json({"roots", path_})["runs"][0]["open_to_inputs"], true);
}

TEST_F(Roots, run_that_failed_leaves_no_record) {
    EXPECT_EQ(knhk({"run", "no-such-workload", "--roots", path_}).status, BAD_INPUT);
    EXPECT_EQ(knhk_json({"roots", path_})["runs"].size(), 0);
}

TEST_F(Roots, damaged_cut_and_other_files_are_refused_in_one_line) {
    static_cast<void>(run({"run", "pure", "--tasks", "10"}));
    const std::string good = read_file(path_);
    const auto refused = [this](const std::string& bytes, const std::string& says) {
        write_file(path_, bytes);
        const std::vector<std::vector<std::string>> ways{
            {"roots", path_}, {"run", "pure", "--roots", path_, "--quiet"}};
        for (const auto& words : ways) {
            const auto result = knhk(words);
            EXPECT_EQ(result.status, BAD_INPUT) << words[0];
            EXPECT_EQ(lines_of(result.err).size(), 1) << result.err;
            EXPECT_NE(result.err.find(says), std::string::npos) << result.err;
        }
        EXPECT_EQ(read_file(path_), bytes) << "it stays as it was";
    };
    refused("a log or something", "is another kind of file");
    refused(good.substr(0, good.size() - 1), "that it was made with");
    std::string other = good;
    other[16] ^= 1;
    refused(other, "its header is damaged");
    other = good;
    other[HEADER_BYTES + 70] ^= 1;
    write_file(path_, other);
    const auto result = knhk({"roots", path_});
    EXPECT_EQ(result.status, BAD_INPUT);
    EXPECT_NE(result.err.find("record 0 is damaged"), std::string::npos);
    EXPECT_EQ(knhk({"roots", folder_.file("none")}).status, BAD_INPUT);
}

/// Two images that call themselves the same and do not do the same: a handler was changed, and its
/// version was not.
TEST_F(Roots, runs_that_contradict_each_other_are_told_with_status_1) {
    const std::string program = folder_.file("program");
    std::filesystem::create_directory(program);
    std::string source = read_file(source_root() + "/examples/histogram/histogram.cpp");
    const std::string output = "context.output(";
    ASSERT_NE(source.find(output), std::string::npos);
    write_file(program + "/histogram.cpp", source);
    ASSERT_EQ(knhk({"build", program, "-o", folder_.file("a.elf")}).status, 0);
    source.replace(source.find(output), output.size(), "context.output(1 + ");
    write_file(program + "/histogram.cpp", source);
    ASSERT_EQ(knhk({"build", program, "-o", folder_.file("b.elf")}).status, 0);
    for (const std::string image : {"a.elf", "a.elf", "b.elf"}) {
        static_cast<void>(run({"run", "histogram", "--image", folder_.file(image)}));
    }
    const auto result = knhk({"roots", path_});
    EXPECT_EQ(result.status, CHECK_SAYS_NO);
    EXPECT_NE(result.out.find("runs 0 and 2 are of one identity and as many beats, and differ"),
              std::string::npos)
        << result.out;
    EXPECT_EQ(knhk({"roots", path_, "--json"}).status, CHECK_SAYS_NO);
}

TEST_F(Roots, what_does_not_go_together_is_refused) {
    EXPECT_EQ(knhk({"run", "pure", "--roots", path_, "--drain", "console"}).status, BAD_INPUT);
    EXPECT_EQ(knhk({"run", "pure", "--roots", path_, "--log", path_}).status, BAD_INPUT);
    EXPECT_EQ(knhk({"run", "pure", "--roots", folder_.file("no/such")}).status, BAD_INPUT);
}

} // namespace
} // namespace knhk::test
