// SPDX-License-Identifier: MIT
// What two runs were asked differently: every field of an identity by its name and its values.
#include "tools/log/log_identity.hpp"

#include <gtest/gtest.h>

#include "tests/tools/log_builder.hpp"

namespace knhk::tools {
namespace {

using test::LogBuilder;

std::optional<std::vector<IdentityField>> parse(const std::string& bytes) {
    return parse_identity(std::as_bytes(std::span(bytes)));
}

std::vector<IdentityField> identity_of(const LogBuilder& builder) {
    return parse(builder.identity_bytes()).value_or(std::vector<IdentityField>());
}

std::string number(u64 value, u32 size) {
    std::string bytes;
    test::put(bytes, value, size);
    return bytes;
}

/// Changes one field, and expects exactly one difference.
void expect_difference(u16 tag, const std::string& content, const FieldDifference& expected) {
    const LogBuilder a;
    LogBuilder b;
    b.identity[tag] = content;
    const auto found = differences(identity_of(a), identity_of(b));
    ASSERT_EQ(found.size(), 1u) << tag;
    EXPECT_EQ(found[0].field, expected.field);
    EXPECT_EQ(found[0].a, expected.a);
    EXPECT_EQ(found[0].b, expected.b);
}

std::string with_byte(std::string bytes, std::size_t offset, char value) {
    bytes.at(offset) = value;
    return bytes;
}

TEST(LogIdentityTest, equal_identities_have_no_differences) {
    EXPECT_EQ(identity_of(LogBuilder()).size(), 11u);
    EXPECT_TRUE(differences(identity_of(LogBuilder()), identity_of(LogBuilder())).empty());
}

TEST(LogIdentityTest, numbers_that_differ_are_named_with_their_values) {
    expect_difference(1, number(5, 4), {"log format", "4", "5"});
    expect_difference(2, number(9, 4), {"contract", "5", "9"});
    expect_difference(3, number(8, 4), {"cores", "4", "8"});
    expect_difference(7, number(~u64{0}, 8), {"seed", "7", "18446744073709551615"});
    expect_difference(10, number(0, 4), {"policies", "1", "0"});
}

TEST(LogIdentityTest, list_entries_that_differ_are_named_by_their_index) {
    const LogBuilder builder;
    expect_difference(4, with_byte(builder.identity.at(4), 6, 5), {"latencies[6]", "1", "5"});
    expect_difference(5, with_byte(builder.identity.at(5), 44, 1),
                      {"capacities[11]", "4096", "4097"});
    expect_difference(6, with_byte(builder.identity.at(6), 8, 4), {"costs[2]", "3", "4"});
}

TEST(LogIdentityTest, first_entry_of_a_list_is_the_one_that_is_named) {
    std::string costs = LogBuilder().identity.at(6);
    costs[4] = 50;
    costs[20] = 60;
    expect_difference(6, costs, {"costs[1]", "2", "50"});
}

TEST(LogIdentityTest, lists_of_different_sizes_are_named_by_their_sizes) {
    expect_difference(4, std::string(64, 1), {"size of latencies", "16 bytes", "64 bytes"});
    expect_difference(7, number(7, 4), {"size of seed", "8 bytes", "4 bytes"});
}

TEST(LogIdentityTest, handlers_that_differ_are_shown_by_name_and_version) {
    std::string handlers;
    test::put(handlers, 1, 2);
    test::put(handlers, 4, 2);
    test::put(handlers, 5, 4);
    handlers += "ring";
    expect_difference(8, handlers, {"handlers", "1 ring v3, 256 mine! v1", "1 ring v5"});
}

TEST(LogIdentityTest, guards_that_differ_are_shown_by_name_and_version) {
    std::string guards = LogBuilder().identity.at(11);
    guards[4] = 3;
    expect_difference(11, guards, {"guards", "1000 chance v2", "1000 chance v3"});
    expect_difference(11, "", {"guards", "1000 chance v2", ""});
}

TEST(LogIdentityTest, handlers_that_are_no_list_are_shown_as_bytes) {
    expect_difference(8, "\x01\x02\xff", {"handlers", "1 ring v3, 256 mine! v1", "0102ff"});
}

TEST(LogIdentityTest, handler_name_reaches_no_terminal_unchecked) {
    std::string handlers;
    test::put(handlers, 1, 2);
    test::put(handlers, 3, 2);
    test::put(handlers, 5, 4);
    handlers += "\x1b[m";
    expect_difference(8, handlers, {"handlers", "1 ring v3, 256 mine! v1", "1 ?[m v5"});
}

TEST(LogIdentityTest, workload_hashes_that_differ_are_shown_as_hex) {
    // Of the builder's own text, by sha256sum.
    const std::string expected = "f155e7acd508785a9c7579c27736fc22a40e4054e7146be03fef13121f8225ca";
    std::string changed = expected;
    changed.replace(62, 2, "0f");
    expect_difference(9, with_byte(LogBuilder().identity.at(9), 31, '\x0f'),
                      {"workload sha256", expected, changed});
}

TEST(LogIdentityTest, field_that_one_identity_lacks_is_named) {
    const LogBuilder a;
    LogBuilder b;
    b.identity.erase(6);
    auto found = differences(identity_of(a), identity_of(b));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].field, "costs");
    EXPECT_EQ(found[0].a, "present");
    EXPECT_EQ(found[0].b, "missing");
    found = differences(identity_of(b), identity_of(a));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].a, "missing");
    EXPECT_EQ(found[0].b, "present");
}

TEST(LogIdentityTest, every_field_that_differs_is_listed) {
    const LogBuilder a;
    LogBuilder b;
    for (auto& [tag, content] : b.identity) {
        content[0] = static_cast<char>(content[0] + 1);
    }
    EXPECT_EQ(differences(identity_of(a), identity_of(b)).size(), 11u);
}

TEST(LogIdentityTest, bytes_that_are_no_list_of_fields_are_refused) {
    const std::string bytes = LogBuilder().identity_bytes();
    EXPECT_TRUE(parse(bytes));
    EXPECT_FALSE(parse(bytes + "x"));
    EXPECT_FALSE(parse(bytes + bytes));
    EXPECT_FALSE(parse(bytes.substr(0, bytes.size() - 1)));
    EXPECT_TRUE(parse(""));
}

TEST(LogIdentityTest, number_of_cores_is_a_power_of_two_up_to_256) {
    for (u32 cores = 0; cores < 520; ++cores) {
        LogBuilder builder;
        builder.identity[3] = number(cores, 4);
        const bool is_allowed = cores >= 1 && cores <= 256 && (cores & (cores - 1)) == 0;
        const auto found = cores_of(identity_of(builder));
        EXPECT_EQ(found, is_allowed ? std::optional(cores) : std::nullopt) << cores;
    }
    EXPECT_FALSE(cores_of({}));
}

} // namespace
} // namespace knhk::tools
