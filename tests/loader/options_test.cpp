// SPDX-License-Identifier: MIT
// The loader's command line: what is taken, and in which words the rest is refused.
#include <gtest/gtest.h>

#include <vector>

#include "arch/linux/failure.hpp"
#include "loader/options.hpp"

namespace knhk::loader {
namespace {

std::optional<Options> parse(std::vector<std::string> words) {
    words.insert(words.begin(), "knhk-loader");
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

std::string refusal(const std::vector<std::string>& words) {
    try {
        (void)parse(words);
    } catch (const hosted::Failure& failure) {
        EXPECT_EQ(failure.status, ExitStatus::BadInput);
        EXPECT_EQ(failure.remedy, "see knhk-loader --help");
        return failure.what;
    }
    return "taken";
}

TEST(LoaderOptions, all_are_taken_in_both_forms) {
    const auto options = parse({"--image", "a.elf", "--command-line=cores=4 seed=1", "--container",
                                "c", "--drain=d", "--cpus", "2-3,5", "--workers", "0x2"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->image, "a.elf");
    EXPECT_EQ(options->command_line, "cores=4 seed=1");
    EXPECT_EQ(options->container, "c");
    EXPECT_EQ(options->drain, "d");
    EXPECT_EQ(options->cpus, "2-3,5");
    EXPECT_EQ(options->workers, 2u);
}

TEST(LoaderOptions, what_is_not_given_has_its_default) {
    const auto options = parse({"--image", "a.elf"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->command_line, "");
    EXPECT_FALSE(options->container || options->drain || options->cpus);
    EXPECT_EQ(options->workers, 1u);
}

TEST(LoaderOptions, value_may_look_like_an_option) {
    EXPECT_EQ(parse({"--image", "a", "--command-line", "--workers"})->command_line, "--workers");
}

TEST(LoaderOptions, help_is_given_whatever_else_is_asked) {
    testing::internal::CaptureStdout();
    EXPECT_FALSE(parse({"--nonsense", "--help"}));
    const std::string help = testing::internal::GetCapturedStdout();
    EXPECT_NE(help.find("\n  --image FILE REQUIRED       the image: "), std::string::npos) << help;
    EXPECT_NE(help.find("\nExit status: 0 as asked"), std::string::npos) << help;
}

TEST(LoaderOptions, wrong_usage_is_refused_by_name) {
    EXPECT_EQ(refusal({}), "--image is required");
    EXPECT_EQ(refusal({"--image"}), "--image: 1 required FILE missing");
    EXPECT_EQ(refusal({"--image="}), "--image: 1 required FILE missing");
    EXPECT_EQ(refusal({"--image", "a", "--image", "b"}),
              "--image: At Most 1 required but received 2");
    EXPECT_EQ(refusal({"--image", "a", "more"}), "The following argument was not expected: more");
    EXPECT_EQ(refusal({"--image", "a", "--work", "2"}),
              "The following arguments were not expected: --work 2");
    for (const char* workers : {"x", "-1", "2x", "", "99999999999"}) {
        EXPECT_EQ(refusal({"--image", "a", "--workers", workers}),
                  std::string("Could not convert: --workers = ") + workers);
    }
    for (const char* workers : {"0", "257"}) {
        EXPECT_EQ(refusal({"--image", "a", "--workers", workers}),
                  std::string("--workers must be 1 to 256, not ") + workers);
    }
    EXPECT_EQ(refusal({"--image", "a", "--command-line", std::string(5000, 'x')}),
              "--command-line has 5000 characters, the image takes 4096");
}

} // namespace
} // namespace knhk::loader
