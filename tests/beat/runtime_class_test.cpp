// SPDX-License-Identifier: MIT
// The class of every code and of rows around each bound.
#include "beat/runtime_class.hpp"

#include <gtest/gtest.h>

namespace knhk {
namespace {

TEST(RuntimeClass, boolean_operations_are_hot_up_to_8_rows_warm_up_to_10000_and_cold_above) {
    for (u32 raw = 0; raw < 256; ++raw) {
        const OpCode op = static_cast<OpCode>(raw);
        if (!is_boolean(op)) {
            continue;
        }
        for (const u64 rows : {0u, 1u, 8u}) {
            EXPECT_EQ(class_of(op, rows), RuntimeClass::R1) << raw << " " << rows;
        }
        for (const u64 rows : {9u, 64u, 10'000u}) {
            EXPECT_EQ(class_of(op, rows), RuntimeClass::W1) << raw << " " << rows;
        }
        for (const u64 rows : {u64{10'001}, ~u64{0}}) {
            EXPECT_EQ(class_of(op, rows), RuntimeClass::C1) << raw << " " << rows;
        }
    }
}

TEST(RuntimeClass, operations_that_emit_are_warm_however_few_their_rows) {
    for (const OpCode op : {OpCode::SelectSp, OpCode::Construct8}) {
        for (const u64 rows : {0u, 1u, 8u, 9u, 10'000u}) {
            EXPECT_EQ(class_of(op, rows), RuntimeClass::W1) << rows;
        }
        EXPECT_EQ(class_of(op, 10'001), RuntimeClass::C1);
    }
}

TEST(RuntimeClass, unknown_operations_have_none) {
    u32 unknown = 0;
    for (u32 raw = 0; raw < 256; ++raw) {
        const OpCode op = static_cast<OpCode>(raw);
        for (const u64 rows : {u64{0}, u64{8}, ~u64{0}}) {
            const Result<RuntimeClass> found = class_of(op, rows);
            ASSERT_EQ(found.has_value(), is_defined(op)) << raw;
            if (!found) {
                EXPECT_EQ(found.error(), Error::UnknownOperation);
                ++unknown;
            }
        }
    }
    EXPECT_EQ(unknown, 3 * (256u - 19)) << "codes 1 to 18 and 32 are all that there are";
}

} // namespace
} // namespace knhk
