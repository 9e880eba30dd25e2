// SPDX-License-Identifier: MIT
// The first thing that a newcomer types.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

TEST(Demo, says_exact_match_and_the_digest) {
    const auto result = knhk({"run"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_NE(result.out.find("ExactMatch"), std::string::npos) << result.out;
}

TEST(Demo, digest_is_the_one_that_the_readme_shows) {
    const std::string digest = knhk_json({"run"})["run_digest"];
    EXPECT_NE(read_file(source_root() + "/README.md").find("ExactMatch " + digest),
              std::string::npos)
        << digest;
}

TEST(Demo, json_has_three_runs_of_one_digest) {
    const auto demo = knhk_json({"run"});
    ASSERT_EQ(demo["runs"].size(), 3u);
    for (const auto& run : demo["runs"]) {
        EXPECT_EQ(run["run_digest"], demo["run_digest"]);
        EXPECT_EQ(run["image_sha256"], demo["runs"][0]["image_sha256"]);
    }
    EXPECT_EQ(demo["match"], true);
    EXPECT_EQ(demo["verdict"], "ExactMatch");
}

} // namespace
} // namespace knhk::test
