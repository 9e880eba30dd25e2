// SPDX-License-Identifier: MIT
// Workload files that were changed without a plan: each is packed into what the image accepts, or
// refused with one line that names its place. pack() itself panics when Script::open disagrees.
#include <gtest/gtest.h>

#include <random>

#include "tests/tools/text_mutation.hpp"
#include "tests/tools/workload_text.hpp"
#include "tools/host/failure.hpp"
#include "tools/workload/workload_file.hpp"

namespace knhk::tools {
namespace {

TEST(WorkloadMutationTest, changed_file_is_packed_or_refused_with_its_place) {
    std::mt19937_64 random(2026);
    u32 packed = 0;
    u32 refused = 0;
    for (u32 i = 0; i < 60'000; ++i) {
        std::string text = test::RICH_WORKLOAD;
        test::mutate(text, random);
        try {
            const auto bytes = pack(parse_workload(text, "f.json"));
            ++packed;
            ASSERT_TRUE(Script::open(bytes).has_value()) << text;
        } catch (const Failure& failure) {
            ++refused;
            ASSERT_EQ(failure.status(), ExitStatus::BadInput);
            ASSERT_TRUE(test::names_its_place(failure.what())) << failure.what();
        }
    }
    EXPECT_GT(packed, 3000u) << "the changes are all too crude to test anything";
    EXPECT_GT(refused, 30'000u);
}

} // namespace
} // namespace knhk::tools
