// SPDX-License-Identifier: MIT
// The beat path from end to end: deltas of a file and from outside, on every platform, resumed and
// replayed; nothing that came in is lost.
#include <gtest/gtest.h>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

std::string sensors() {
    return source_root() + "/examples/sensors.json";
}

nlohmann::json deltas_of(const std::string& log) {
    return knhk_json({"stats", log})["deltas"];
}

// A fiber that puts one query leaves one receipt for its rows; the tasks of this file put one or
// two, so lanes are no fewer than the rows that came in.
TEST(Beat, deltas_of_a_file_are_committed_and_come_to_one_digest_everywhere) {
    const Folder folder;
    const auto run = knhk_json({"run", sensors(), "--log", folder.file("log"), "--checkpoints",
                                folder.file("cp"), "--checkpoint-every", "16"});
    const auto deltas = deltas_of(folder.file("log"));
    EXPECT_GT(deltas["deltas"], 1000);
    EXPECT_GE(deltas["lanes"], deltas["rows"]);
    EXPECT_GT(deltas["asserted"], 0);
    const std::string checkpoint = folder.file("cp/beats-00000000000000000032.checkpoint");
    for (const std::string& platform : platforms()) {
        for (const char* const workers : {"1", "4"}) {
            const auto other =
                knhk_json({"run", sensors(), "--on", platform, "--workers", workers});
            EXPECT_EQ(other["run_digest"], run["run_digest"]) << platform << " " << workers;
        }
        const auto resumed = knhk_json({"resume", checkpoint, "--on", platform, "--workers", "2"});
        EXPECT_EQ(resumed["run_digest"], run["run_digest"]) << platform;
    }
}

TEST(Beat, rows_that_come_from_outside_are_in_the_log_and_come_again_with_it) {
    const Folder folder;
    std::string lines;
    for (int i = 0; i < 40; ++i) {
        lines += R"({"eval": 0, "id": )" + std::to_string(i % 7) +
                 R"(, "life": 1, "delta": {"predicate": 20, "rows": [[)" + std::to_string(i) +
                 R"(, 95], [2, "a text"]]}})" + "\n";
    }
    write_file(folder.file("lines"), lines);
    const auto run =
        knhk_json({"run", sensors(), "--input", folder.file("lines"), "--log", folder.file("log")});
    EXPECT_EQ(run["inputs"]["accepted"], 40);
    EXPECT_EQ(knhk_json({"stats", folder.file("log")})["inputs_from_outside"], 40);
    EXPECT_NE(run["run_digest"], knhk_json({"run", sensors()})["run_digest"]);
    EXPECT_NE(knhk({"show", folder.file("log")}).out.find("  Commit "), std::string::npos);
    const auto shown = knhk({"show", folder.file("log"), "--inputs"});
    EXPECT_NE(shown.out.find(", rows "), std::string::npos) << shown.out;
    EXPECT_EQ(knhk({"verify", folder.file("log")}).status, 0);
    for (const std::string& platform : platforms()) {
        const auto replayed =
            knhk_json({"replay", folder.file("log"), "--on", platform, "--workers", "3"});
        EXPECT_EQ(replayed["run_digest"], run["run_digest"]) << platform;
    }
}

} // namespace
} // namespace knhk::test
