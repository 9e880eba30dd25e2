// SPDX-License-Identifier: MIT
// Each error has a text of its own, and exit statuses have the values that docs promise.
#include "base/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace knhk {
namespace {

const std::string UNKNOWN = "unknown error";

std::string text_of_value(u32 value) {
    return text_of(static_cast<Error>(value));
}

u32 count_of_errors() {
    u32 count = 0;
    while (text_of_value(count) != UNKNOWN) {
        ++count;
    }
    return count;
}

TEST(ErrorTest, every_value_up_to_the_last_has_a_text) {
    EXPECT_GT(count_of_errors(), static_cast<u32>(Error::BadTopology));
}

TEST(ErrorTest, values_behind_the_last_have_none) {
    for (u32 value = count_of_errors(); value < 256; ++value) {
        EXPECT_EQ(text_of_value(value), UNKNOWN) << value;
    }
}

TEST(ErrorTest, no_two_errors_say_the_same) {
    std::set<std::string> texts;
    for (u32 value = 0; value < count_of_errors(); ++value) {
        EXPECT_FALSE(text_of_value(value).empty());
        EXPECT_TRUE(texts.insert(text_of_value(value)).second) << text_of_value(value);
    }
}

TEST(ErrorTest, failed_result_carries_its_error) {
    const Result<u32> result = fail(Error::BadNumber);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error(), Error::BadNumber);
}

TEST(ExitStatusTest, values_are_those_of_the_documents) {
    EXPECT_EQ(static_cast<int>(ExitStatus::Ok), 0);
    EXPECT_EQ(static_cast<int>(ExitStatus::CheckSaysNo), 1);
    EXPECT_EQ(static_cast<int>(ExitStatus::BadInput), 2);
    EXPECT_EQ(static_cast<int>(ExitStatus::Environment), 3);
    EXPECT_EQ(static_cast<int>(ExitStatus::RunFailed), 4);
    EXPECT_EQ(static_cast<int>(ExitStatus::BeatTooLong), 5);
    EXPECT_EQ(EXIT_STATUS_LAST, ExitStatus::BeatTooLong);
}

} // namespace
} // namespace knhk
