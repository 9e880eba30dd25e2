// SPDX-License-Identifier: MIT
// Console lines: one call each, whole, with the prefix that readers look for.
#include "kernel/console.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace knhk {
namespace {

std::vector<std::string> calls_;

Platform recording_platform() {
    calls_.clear();
    Platform platform{};
    platform.console = [](const char* text, u64 size) { calls_.emplace_back(text, size); };
    return platform;
}

TEST(ConsoleTest, line_has_prefix_and_line_feed_in_one_call) {
    print_line(recording_platform(), TextLine().text("hello"));
    EXPECT_EQ(calls_, std::vector<std::string>{"knhk: hello\n"});
}

TEST(ConsoleTest, longest_line_is_cut_and_still_ends_with_a_line_feed) {
    print_line(recording_platform(), TextLine().text(std::string(600, 'x')));
    ASSERT_EQ(calls_.size(), 1u);
    EXPECT_EQ(calls_[0], "knhk: " + std::string(480, 'x') + "\n");
}

TEST(ConsoleTest, exit_line_says_the_status) {
    print_exit(recording_platform(), ExitStatus::RunFailed);
    EXPECT_EQ(calls_, std::vector<std::string>{"knhk: exit status=4\n"});
}

} // namespace
} // namespace knhk
