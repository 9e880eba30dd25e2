// SPDX-License-Identifier: MIT
// `knhk sigma` as people type it: what it writes is whole or not there, what it refuses is one
// line.
#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

constexpr int BAD_INPUT = 2;
constexpr int ENVIRONMENT = 3;

std::string example() {
    return source_root() + "/examples/sigma/access.json";
}

void expect_refusal(const std::vector<std::string>& words, int status, const std::string& says) {
    const auto result = knhk(words);
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(lines_of(result.err).size(), 1u) << result.err;
    EXPECT_NE(result.err.find(says), std::string::npos) << result.err;
}

TEST(Sigma, what_is_built_can_be_shown_and_built_again) {
    const Folder folder;
    const std::string built = folder.file("access.sigma");
    ASSERT_EQ(knhk({"sigma", "build", example(), "-o", built}).status, 0);
    const auto listing = knhk({"sigma", "show", built});
    EXPECT_EQ(listing.status, 0);
    EXPECT_NE(listing.out.find("task0: sequence, 12 ticks (warm)"), std::string::npos);
    EXPECT_EQ(knhk({"sigma", "show", example()}).out, listing.out) << "of the text, the same";
    write_file(folder.file("again.json"), knhk({"sigma", "show", built, "--json"}).out);
    ASSERT_EQ(knhk({"sigma", "build", folder.file("again.json")}).status, 0);
    EXPECT_EQ(read_file(folder.file("again.sigma")), read_file(built)) << "beside its text";
}

TEST(Sigma, refused_text_leaves_what_was_there) {
    const Folder folder;
    write_file(folder.file("a.json"), "{\"knhk_sigma\": 1, \"name\": \"a\", \"tasks\": []}");
    write_file(folder.file("a.sigma"), "old");
    expect_refusal({"sigma", "build", folder.file("a.json")}, BAD_INPUT, "a.json:1: tasks: ");
    EXPECT_EQ(read_file(folder.file("a.sigma")), "old");
    const std::filesystem::directory_iterator files(folder.file(""));
    EXPECT_EQ(std::distance(begin(files), end(files)), 2) << "nothing lies beside them";
}

TEST(Sigma, text_is_not_replaced_by_its_snapshot) {
    const Folder folder;
    const std::string text = read_file(example());
    write_file(folder.file("a.sigma"), text);
    expect_refusal({"sigma", "build", folder.file("a.sigma")}, BAD_INPUT, "a.sigma");
    EXPECT_EQ(read_file(folder.file("a.sigma")), text);
}

TEST(Sigma, snapshot_goes_where_it_can_be_written) {
    const Folder folder;
    expect_refusal({"sigma", "build", example(), "-o", folder.file("none/a.sigma")}, ENVIRONMENT,
                   "cannot write");
}

TEST(Sigma, words_that_do_not_fit_are_refused) {
    const Folder folder;
    expect_refusal({"sigma", "shw", example()}, BAD_INPUT, "use build or show");
    expect_refusal({"sigma", "show", folder.file("none")}, BAD_INPUT, "cannot open");
    expect_refusal({"sigma", "show", folder.file("")}, BAD_INPUT, "cannot read");
    expect_refusal({"sigma", "show", example(), "-o", "x"}, BAD_INPUT, "takes no --output");
    expect_refusal({"sigma", "build", example(), "--json"}, BAD_INPUT, "takes no --json");
    expect_refusal({"sigma", "build"}, BAD_INPUT, "sigma --help");
}

TEST(Sigma, damaged_snapshot_is_refused) {
    const Folder folder;
    const std::string built = folder.file("access.sigma");
    ASSERT_EQ(knhk({"sigma", "build", example(), "-o", built}).status, 0);
    std::string bytes = read_file(built);
    write_file(folder.file("cut"), bytes.substr(0, bytes.size() - 1));
    expect_refusal({"sigma", "show", folder.file("cut")}, BAD_INPUT, "header: another size");
    bytes[bytes.size() - 1] ^= 1;
    write_file(folder.file("receipt"), bytes);
    expect_refusal({"sigma", "show", folder.file("receipt")}, BAD_INPUT, "receipt: no receipt");
}

} // namespace
} // namespace knhk::test
