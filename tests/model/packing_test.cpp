// SPDX-License-Identifier: MIT
// The command's reader and packer of workload files against the model's, which share no code: every
// random file, and what a shrinker makes of it, is valid and becomes the same bytes.
#include <gtest/gtest.h>

#include <exception>

#include "tests/model/random_file.hpp"
#include "tests/model/script.hpp"
#include "tests/model/shrink.hpp"
#include "tests/model/snapshot.hpp"
#include "tools/workload/workload_file.hpp"

namespace knhk::model {
namespace {

constexpr u64 FILE_SEEDS = 200;
constexpr u64 SHRUNK_SEEDS = 24;
constexpr std::size_t TRIES_MAX = 100;

void expect_same_bytes(const std::string& text) {
    try {
        const Bytes packed = tools::pack(tools::parse_workload(text, "random.json", snapshot_file));
        EXPECT_EQ(packed, pack_script(read_script(text))) << text;
    } catch (const std::exception& error) {
        ADD_FAILURE() << error.what() << "\n" << text;
    }
}

TEST(Packing, random_files_become_the_same_bytes) {
    for (u64 seed = 1; seed <= FILE_SEEDS; ++seed) {
        expect_same_bytes(random_workload_file(seed));
    }
}

TEST(Packing, files_made_smaller_become_the_same_bytes) {
    for (u64 seed = 1; seed <= SHRUNK_SEEDS; ++seed) {
        u64 asked = 0;
        const auto sometimes = [&asked](const std::string& text) {
            expect_same_bytes(text);
            return ++asked % 3 == 0;
        };
        (void)shrink(nlohmann::ordered_json::parse(random_workload_file(seed)), sometimes,
                     TRIES_MAX);
        EXPECT_GT(asked, 10u);
    }
}

} // namespace
} // namespace knhk::model
