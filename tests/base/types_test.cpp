// SPDX-License-Identifier: MIT
// The contract's words: where a task is at home, and where a beat stands in its epoch.
#include "base/types.hpp"

#include <gtest/gtest.h>

namespace knhk {
namespace {

TEST(TypesTest, home_is_task_id_modulo_cores) {
    for (u32 cores = 1; cores <= CORES_MAX; cores *= 2) {
        for (const u64 id : {u64{0}, u64{1}, u64{255}, u64{256}, u64{0xFFFF'FFFF'FFFF'FFFF}}) {
            EXPECT_EQ(home_of(TaskId{id}, cores).raw, id % cores) << id << " of " << cores;
        }
    }
}

TEST(TypesTest, pulse_is_every_eighth_beat) {
    for (u64 beat = 0; beat < 100; ++beat) {
        EXPECT_EQ(Beat{beat}.slot(), beat % 8);
        EXPECT_EQ(Beat{beat}.pulse(), beat % 8 == 0);
    }
}

} // namespace
} // namespace knhk
