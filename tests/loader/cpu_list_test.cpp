// SPDX-License-Identifier: MIT
// Lists of CPUs, and texts that are none.
#include "loader/cpu_list.hpp"

#include <gtest/gtest.h>

#include <string>

namespace knhk::loader {
namespace {

/// The list in its shortest form, "refused" when it is none.
std::string parsed(std::string_view text) {
    const auto set = parse_cpu_list(text);
    return set ? hosted::text_of(*set) : "refused";
}

TEST(cpu_list, numbers_and_ranges_are_parsed) {
    EXPECT_EQ(parsed("0"), "0");
    EXPECT_EQ(parsed("2-3,5"), "2-3,5");
    EXPECT_EQ(parsed("7,1"), "1,7");
    EXPECT_EQ(parsed("4-4"), "4");
}

TEST(cpu_list, items_that_overlap_are_joined) {
    EXPECT_EQ(parsed("0-2,1-5,5"), "0-5");
}

TEST(cpu_list, largest_number_is_accepted_and_the_next_refused) {
    EXPECT_EQ(parsed("8191"), "8191");
    EXPECT_EQ(parsed("8192"), "refused");
    EXPECT_EQ(parsed("0-8192"), "refused");
}

TEST(cpu_list, other_texts_are_refused) {
    for (const char* text : {"", ",", "1,", ",1", "1,,2", "-", "-1", "1-", "3-2", "1-2-3", "a",
                             "1a", "0x1", " 1", "1 ", "+1", "all", "1.5", "99999999999999999999"}) {
        EXPECT_EQ(parsed(text), "refused") << '\'' << text << '\'';
    }
}

TEST(cpu_list, refusal_names_the_item_and_the_list) {
    const auto set = parse_cpu_list("0,x,2");
    ASSERT_FALSE(set.has_value());
    EXPECT_EQ(set.error().status, ExitStatus::BadInput);
    EXPECT_NE(set.error().what.find("'x'"), std::string::npos);
    EXPECT_NE(set.error().where.find("0,x,2"), std::string::npos);
}

} // namespace
} // namespace knhk::loader
