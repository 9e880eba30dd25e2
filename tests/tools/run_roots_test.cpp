// SPDX-License-Identifier: MIT
// Records of runs: what they are made of, what contradicts what, and what is damaged.
#include "tools/run/run_roots.hpp"

#include <gtest/gtest.h>

#include "tests/support/command.hpp"
#include "tests/tools/log_builder.hpp"

namespace knhk::tools {
namespace {

using test::Folder;
using test::read_file;
using test::write_file;

RunRoot root(u64 identity, u64 beats, u64 digest) {
    RunRoot root{};
    root.identity_hash.low = identity;
    root.beats = beats;
    root.run_digest.high = digest;
    root.check = check_of(root);
    return root;
}

std::string complaint_about(const std::string& path) {
    try {
        static_cast<void>(read_roots(path));
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        return failure.what();
    }
    return "none";
}

TEST(RunRoots, record_says_what_the_logs_two_ends_say) {
    test::LogBuilder builder;
    builder.end_reason = 2;
    const std::string log = builder.bytes();
    LogEnds ends;
    ends.add(std::as_bytes(std::span(log)));
    const RunRoot made = root_of(ends, 77);
    EXPECT_EQ(std::memcmp(&made.identity_hash, log.data() + 24, 16), 0);
    EXPECT_EQ(std::memcmp(&made.run_digest, log.data() + log.size() - 56, 16), 0);
    EXPECT_EQ(std::memcmp(&made.lockchain, log.data() + log.size() - 40, 32), 0);
    EXPECT_EQ(made.seed, 77U);
    EXPECT_EQ(made.beats, 3U);
    EXPECT_EQ(made.events, 11U);
    EXPECT_GT(made.leaves, 0U);
    EXPECT_EQ(made.end_reason, 2U);
    EXPECT_EQ(made.flags, u32{LOG_FLAG_OPEN}) << "as the builder's are";
    EXPECT_EQ(made.check, check_of(made));
}

TEST(RunRoots, are_read_as_they_were_appended) {
    const Folder folder;
    const std::string path = folder.file("roots");
    prepare_roots(path);
    EXPECT_TRUE(read_roots(path).empty());
    append_root(path, root(1, 2, 3));
    append_root(path, root(4, 5, 6));
    const auto roots = read_roots(path);
    ASSERT_EQ(roots.size(), 2U);
    EXPECT_EQ(std::memcmp(&roots[1], std::array{root(4, 5, 6)}.data(), sizeof(RunRoot)), 0);
    EXPECT_EQ(count_identities(roots), 2U);
}

TEST(RunRoots, every_bit_of_a_record_that_changes_is_noticed) {
    const Folder folder;
    const std::string path = folder.file("roots");
    append_root(path, root(1, 2, 3));
    append_root(path, root(4, 5, 6));
    const std::string good = read_file(path);
    EXPECT_EQ(complaint_about(path), "none");
    for (std::size_t bit = 0; bit < 8 * sizeof(RunRoot); ++bit) {
        std::string bad = good;
        char& byte = bad[sizeof(ArrayHeader) + sizeof(RunRoot) + bit / 8];
        byte = static_cast<char>(byte ^ (1 << bit % 8));
        write_file(path, bad);
        EXPECT_EQ(complaint_about(path), path + ": record 1 is damaged: begin another file");
    }
}

TEST(RunRoots, record_of_an_unknown_end_or_flag_is_damaged_though_its_check_is_right) {
    const Folder folder;
    for (u32 which = 0; which < 2; ++which) {
        const std::string path = folder.file(which == 0 ? "end" : "flag");
        RunRoot strange = root(1, 2, 3);
        (which == 0 ? strange.end_reason : strange.flags) = which == 0 ? 3 : 2;
        strange.check = check_of(strange);
        append_root(path, strange);
        EXPECT_EQ(complaint_about(path), path + ": record 0 is damaged: begin another file");
    }
}

TEST(RunRoots, full_file_takes_no_run_more) {
    const Folder folder;
    const std::string path = folder.file("roots");
    auto array = MappedArray<RunRoot>::open_or_make(path, 1);
    array.append(root(1, 2, 3));
    {
        const auto closed = std::move(array);
    }
    try {
        prepare_roots(path);
        FAIL() << "it was taken";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        EXPECT_EQ(failure.what(), path + " is full, it holds 1 records: begin another");
    }
}

TEST(RunRoots, runs_of_one_identity_and_as_many_beats_must_be_one_run) {
    using Roots = std::vector<RunRoot>;
    EXPECT_FALSE(find_contradiction({}));
    EXPECT_FALSE(find_contradiction(Roots{root(1, 2, 3), root(1, 2, 3)}));
    EXPECT_FALSE(find_contradiction(Roots{root(1, 2, 3), root(1, 3, 4)})) << "it ended later";
    EXPECT_FALSE(find_contradiction(Roots{root(1, 2, 3), root(2, 2, 4)})) << "another run";
    const auto found =
        find_contradiction(Roots{root(1, 2, 3), root(2, 2, 3), root(1, 2, 3), root(1, 2, 4)});
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, std::pair(std::size_t{0}, std::size_t{3}));
}

TEST(RunRoots, each_part_of_a_run_is_compared) {
    const auto differs = [](auto change) {
        std::vector<RunRoot> roots{root(1, 2, 3), root(1, 2, 3)};
        change(roots[1]);
        return find_contradiction(roots).has_value();
    };
    EXPECT_TRUE(differs([](RunRoot& root) { root.run_digest.low = 1; }));
    EXPECT_TRUE(differs([](RunRoot& root) { root.lockchain[31] = 1; }));
    EXPECT_TRUE(differs([](RunRoot& root) { root.events = 1; }));
    EXPECT_TRUE(differs([](RunRoot& root) { root.leaves = 1; }));
    EXPECT_TRUE(differs([](RunRoot& root) { root.seed = 1; }));
    EXPECT_FALSE(differs([](RunRoot& root) { root.end_reason = 1; })) << "not what happened";
    EXPECT_FALSE(differs([](RunRoot& root) {
        root.run_digest.low = 1;
        root.flags = LOG_FLAG_OPEN;
    })) << "what came to it is not in its identity";
}

} // namespace
} // namespace knhk::tools
