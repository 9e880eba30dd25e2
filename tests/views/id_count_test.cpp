// SPDX-License-Identifier: MIT
// Different ids are counted exactly up to the bound, and nearly beyond it.
#include "tools/views/id_count.hpp"

#include <gtest/gtest.h>

namespace knhk::tools {
namespace {

u64 count_of(IdCount& ids, u64 different, u64 factor) {
    for (u32 round = 0; round < 2; ++round) {
        for (u64 i = 0; i < different; ++i) {
            ids.add(i * factor);
        }
    }
    return ids.count();
}

TEST(IdCount, ids_that_come_again_count_once) {
    // Ids as runs have them: numbers, multiples of the cores, anything.
    for (const u64 factor : {u64{1}, u64{256}, u64{1} << 44, u64{0x9E3779B97F4A7C15}}) {
        IdCount ids;
        EXPECT_EQ(count_of(ids, 10'000, factor), 10'000) << factor;
        EXPECT_TRUE(ids.is_exact());
    }
}

TEST(IdCount, zero_is_an_id) {
    IdCount ids;
    EXPECT_EQ(ids.count(), 0);
    ids.add(0);
    ids.add(0);
    EXPECT_EQ(ids.count(), 1);
}

TEST(IdCount, full_bound_is_still_exact_and_one_more_is_not) {
    IdCount ids(1000);
    EXPECT_EQ(count_of(ids, 1000, 3), 1000);
    EXPECT_TRUE(ids.is_exact());
    ids.add(1);
    EXPECT_FALSE(ids.is_exact());
}

TEST(IdCount, estimate_is_near_the_truth) {
    for (const u64 different : {u64{300'000}, u64{1'000'000}}) {
        IdCount ids(5000);
        const u64 count = count_of(ids, different, 8);
        EXPECT_FALSE(ids.is_exact());
        EXPECT_GT(count, different * 98 / 100);
        EXPECT_LT(count, different * 102 / 100);
    }
}

} // namespace
} // namespace knhk::tools
