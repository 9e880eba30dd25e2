// SPDX-License-Identifier: MIT
// What memory_layout.hpp proves, proved to be a proof: too much does not fit.
#include "kernel/memory_layout.hpp"

#include <gtest/gtest.h>

namespace knhk {
namespace {

TEST(MemoryLayoutTest, share_holds_itself_and_not_a_byte_more) {
    EXPECT_TRUE(holds(region::log_window, 256, 4096));
    EXPECT_FALSE(holds(region::log_window, 256, 4097));
    EXPECT_TRUE(holds(region::log_window, 1, 1024 * 1024));
    EXPECT_FALSE(holds(region::log_window, 1, 1024 * 1024 + 1));
}

TEST(MemoryLayoutTest, both_ends_means_the_smaller_share) {
    EXPECT_TRUE(holds_at_both_ends(region::log_window, 4096));
    EXPECT_FALSE(holds_at_both_ends(region::log_window, 4097));
}

TEST(MemoryLayoutTest, drain_ring_ends_where_its_region_ends) {
    EXPECT_EQ(region::drain.size_bytes, DRAIN_BYTES);
}

} // namespace
} // namespace knhk
