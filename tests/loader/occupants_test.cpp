// SPDX-License-Identifier: MIT
// Who is named when an address is taken.
#include "loader/occupants.hpp"

#include <gtest/gtest.h>

namespace knhk::loader {
namespace {

constexpr const char* MAPS =
    "10000000-10002000 r--p 00000000 fe:00 12345                      /usr/lib/libx y.so\n"
    "10002000-10003000 rw-p 00000000 00:00 0 \n"
    "20000000-20001000 rw-p 00000000 00:00 0                          [heap]\n"
    "30000000-30001000 rw-p 00000000 00:00 0 \n"
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]\n";

TEST(occupants, free_range_has_none) {
    EXPECT_EQ(occupants_of(MAPS, 0x11000000, 0x12000000), "");
    EXPECT_EQ(occupants_of("", 0, ~u64{0}), "");
}

TEST(occupants, ranges_that_only_touch_are_free) {
    EXPECT_EQ(occupants_of(MAPS, 0x10003000, 0x20000000), "");
}

TEST(occupants, file_is_named_with_blanks_in_its_name) {
    EXPECT_EQ(occupants_of(MAPS, 0x10001000, 0x10002000),
              "/usr/lib/libx y.so (0x10000000-0x10002000)");
}

TEST(occupants, memory_without_a_name_and_with_brackets_is_named) {
    EXPECT_EQ(occupants_of(MAPS, 0x10002000, 0x20000001),
              "anonymous memory (0x10002000-0x10003000), [heap] (0x20000000-0x20001000)");
}

TEST(occupants, more_than_three_are_counted) {
    EXPECT_TRUE(occupants_of(MAPS, 0, ~u64{0})
                    .ends_with("[heap] (0x20000000-0x20001000) "
                               "and 2 more"));
}

TEST(occupants, lines_of_another_form_are_skipped) {
    EXPECT_EQ(occupants_of("rubbish\n-\n10-\n10000-20000", 0x10000, 0x10001),
              "anonymous memory (0x10000-0x20000)");
}

} // namespace
} // namespace knhk::loader
