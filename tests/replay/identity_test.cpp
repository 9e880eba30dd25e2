// SPDX-License-Identifier: MIT
// The identity's bytes, read back field by field as docs/log-format.md describes them.
#include "replay/identity.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "replay/log_format.hpp"

namespace knhk {
namespace {

using Bytes = std::vector<u8>;

/// The inputs of an identity, so that a test can change one of them.
struct Inputs {
    u32 cores = 2;
    std::vector<u8> latencies{1, 2, 3, 4};
    std::vector<u32> capacities{256, 512, 128};
    std::vector<Tick> costs{Tick{1}, Tick{9}};
    u64 seed = 0x0102'0304'0506'0708;
    std::vector<HandlerName> handlers{{0, 1, "pure"}, {256, 7, "a.user's"}};
    Sha256Digest workload{0xAB, 0xCD};
    u32 policies = POLICY_STEALING;
    std::vector<HandlerName> guards{{3, 2, "mine"}, {1000, 5, "other"}};
};

Bytes encode(const Inputs& inputs) {
    std::vector<std::byte> buffer(IDENTITY_BYTES_MAX);
    const auto used = encode_identity(Identity{inputs.cores, inputs.latencies, inputs.capacities,
                                               inputs.costs, inputs.seed, inputs.handlers,
                                               inputs.workload, inputs.policies, inputs.guards},
                                      buffer);
    const auto* begin = reinterpret_cast<const u8*>(used.data());
    return {begin, begin + used.size()};
}

u64 number_at(const Bytes& bytes, std::size_t at, std::size_t size) {
    u64 value = 0;
    for (std::size_t i = size; i > 0; --i) {
        value = value << 8 | bytes.at(at + i - 1);
    }
    return value;
}

struct Field {
    u64 tag;
    Bytes content;
};

std::vector<Field> fields_of(const Bytes& bytes) {
    std::vector<Field> fields;
    std::size_t at = 0;
    while (at < bytes.size()) {
        EXPECT_EQ(number_at(bytes, at + 2, 2), 0u) << "behind the tag";
        const u64 size = number_at(bytes, at + 4, 4);
        Field field{number_at(bytes, at, 2), {}};
        for (u64 i = 0; i < size; ++i) {
            field.content.push_back(bytes.at(at + 8 + i));
        }
        fields.push_back(field);
        at += 8 + size;
    }
    return fields;
}

TEST(IdentityTest, fields_stand_in_order_of_their_tags_and_fill_the_bytes) {
    const std::vector<Field> fields = fields_of(encode({}));
    ASSERT_EQ(fields.size(), 11u);
    for (u64 i = 0; i < 11; ++i) {
        EXPECT_EQ(fields[i].tag, i + 1);
    }
}

TEST(IdentityTest, numbers_have_the_width_of_the_format) {
    const std::vector<Field> fields = fields_of(encode({}));
    EXPECT_EQ(fields[0].content, (Bytes{4, 0, 0, 0})) << "log format";
    EXPECT_EQ(fields[1].content, (Bytes{5, 0, 0, 0})) << "contract";
    EXPECT_EQ(fields[2].content, (Bytes{2, 0, 0, 0})) << "cores";
    EXPECT_EQ(fields[6].content, (Bytes{8, 7, 6, 5, 4, 3, 2, 1})) << "seed";
    EXPECT_EQ(fields[9].content, (Bytes{1, 0, 0, 0})) << "policies";
}

TEST(IdentityTest, tables_stand_entry_by_entry) {
    const std::vector<Field> fields = fields_of(encode({}));
    EXPECT_EQ(fields[3].content, (Bytes{1, 2, 3, 4})) << "latencies";
    EXPECT_EQ(fields[4].content, (Bytes{0, 1, 0, 0, 0, 2, 0, 0, 128, 0, 0, 0})) << "capacities";
    EXPECT_EQ(fields[5].content, (Bytes{1, 0, 0, 0, 9, 0, 0, 0})) << "costs";
}

TEST(IdentityTest, handlers_stand_with_id_length_version_and_name) {
    const Field handlers = fields_of(encode({}))[7];
    const Bytes expected{0, 0, 4, 0, 1, 0, 0,   0,   'p', 'u', 'r', 'e', 0,    1,
                         8, 0, 7, 0, 0, 0, 'a', '.', 'u', 's', 'e', 'r', '\'', 's'};
    EXPECT_EQ(handlers.content, expected);
}

TEST(IdentityTest, guards_stand_as_handlers_do) {
    const Field guards = fields_of(encode({}))[10];
    const Bytes expected{3, 0, 4, 0, 2, 0, 0, 0,   'm', 'i', 'n', 'e', 0xE8,
                         3, 5, 0, 5, 0, 0, 0, 'o', 't', 'h', 'e', 'r'};
    EXPECT_EQ(guards.content, expected);
}

TEST(IdentityTest, workload_is_its_sha_256) {
    const Field workload = fields_of(encode({}))[8];
    Bytes expected(32, 0);
    expected[0] = 0xAB;
    expected[1] = 0xCD;
    EXPECT_EQ(workload.content, expected);
}

TEST(IdentityTest, no_handlers_or_guards_make_an_empty_field) {
    Inputs inputs;
    inputs.handlers.clear();
    inputs.guards.clear();
    EXPECT_EQ(fields_of(encode(inputs))[7].content, Bytes{});
    EXPECT_EQ(fields_of(encode(inputs))[10].content, Bytes{});
}

/// Exactly the field of this tag changes.
void expect_change_of(u64 tag, const Inputs& changed) {
    const std::vector<Field> before = fields_of(encode({}));
    const std::vector<Field> after = fields_of(encode(changed));
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(before[i].content == after[i].content, before[i].tag != tag) << before[i].tag;
    }
}

TEST(IdentityTest, each_changed_input_changes_its_field_and_no_other) {
    Inputs inputs;
    inputs.cores = 3;
    expect_change_of(3, inputs);
    inputs = {};
    inputs.latencies[3] = 5;
    expect_change_of(4, inputs);
    inputs = {};
    inputs.capacities[2] = 129;
    expect_change_of(5, inputs);
    inputs = {};
    inputs.costs[1] = Tick{10};
    expect_change_of(6, inputs);
    inputs = {};
    inputs.seed ^= u64{1} << 63;
    expect_change_of(7, inputs);
    inputs = {};
    inputs.workload[31] = 1;
    expect_change_of(9, inputs);
    inputs = {};
    inputs.policies = 0;
    expect_change_of(10, inputs);
    inputs = {};
    inputs.guards[1].version = 6;
    expect_change_of(11, inputs);
}

TEST(IdentityTest, each_changed_part_of_a_handler_changes_the_handlers_field) {
    Inputs inputs;
    inputs.handlers[1].id = 257;
    expect_change_of(8, inputs);
    inputs = {};
    inputs.handlers[1].version = 8;
    expect_change_of(8, inputs);
    inputs = {};
    inputs.handlers[1].name = "a.user't";
    expect_change_of(8, inputs);
    inputs = {};
    inputs.handlers.pop_back();
    expect_change_of(8, inputs);
}

TEST(IdentityTest, names_that_join_alike_make_different_identities) {
    Inputs one;
    one.handlers = {{0, 1, "ab"}, {1, 1, "c"}};
    Inputs other;
    other.handlers = {{0, 1, "a"}, {1, 1, "bc"}};
    EXPECT_NE(encode(one), encode(other));
}

TEST(IdentityTest, largest_machine_fits_the_buffer) {
    Inputs inputs;
    inputs.cores = CORES_MAX;
    inputs.latencies.assign(std::size_t{CORES_MAX} * CORES_MAX, 7);
    const std::string name(64, 'n');
    inputs.handlers.assign(512, HandlerName{511, 1, name});
    inputs.guards.assign(1024, HandlerName{1023, 1, name});
    EXPECT_GT(encode(inputs).size(), 65'536u + (512 + 1024) * 72);
}

TEST(IdentityDeathTest, buffer_that_is_too_small_panics) {
    std::byte buffer[100];
    const std::vector<u8> latencies(100);
    const Identity identity{10, latencies, {}, {}, 1, {}, {}};
    EXPECT_DEATH(static_cast<void>(encode_identity(identity, buffer)), "panic: .*bytes.hpp");
}

} // namespace
} // namespace knhk
