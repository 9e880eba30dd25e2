// SPDX-License-Identifier: MIT
// Containers that are read, and each kind of one that is refused.
#include "kernel/container.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <optional>

#include "tests/kernel/container_builder.hpp"

namespace knhk {
namespace {

using test::container_of;
using test::container_with;
using test::ContainerBytes;
using test::put_number;
using test::seal;
using test::SectionEntry;

std::optional<Error> error_of(std::span<const std::byte> bytes) {
    const auto opened = Container::open(bytes);
    return opened ? std::nullopt : std::optional(opened.error());
}

std::string workload_of(const ContainerBytes& bytes) {
    const auto opened = Container::open(bytes);
    if (!opened) {
        return std::string("refused: ") + text_of(opened.error());
    }
    const auto section = opened->section(SectionKind::Workload);
    return {reinterpret_cast<const char*>(section.data()), section.size()};
}

TEST(ContainerTest, section_comes_back_as_it_was_put_in) {
    for (const std::string text : {"workload=ring tasks=7\n", "", "x", "12345678"}) {
        EXPECT_EQ(workload_of(container_of(text)), text);
    }
}

TEST(ContainerTest, container_without_sections_has_an_empty_workload) {
    EXPECT_EQ(workload_of(container_with({}, 0)), "");
}

TEST(ContainerTest, first_of_two_sections_of_a_kind_is_taken) {
    ContainerBytes bytes =
        container_with({{.offset = 96, .size = 3}, {.offset = 104, .size = 3}}, 16);
    std::memcpy(bytes.data() + 96, "one", 3);
    std::memcpy(bytes.data() + 104, "two", 3);
    seal(bytes);
    EXPECT_EQ(workload_of(bytes), "one");
}

TEST(ContainerTest, workload_file_comes_back_as_it_was_put_in) {
    ContainerBytes bytes = container_with({{.kind = 2, .offset = 64, .size = 5}}, 8);
    std::memcpy(bytes.data() + 64, "bytes", 5);
    seal(bytes);
    const auto opened = Container::open(bytes);
    ASSERT_TRUE(opened.has_value());
    const auto file = opened->section(SectionKind::WorkloadFile);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(file.data()), file.size()), "bytes");
    EXPECT_EQ(opened->section(SectionKind::Workload).data(), nullptr);
}

TEST(ContainerTest, empty_workload_file_is_told_from_none) {
    const ContainerBytes bytes = container_with({{.kind = 2, .offset = 64, .size = 0}}, 0);
    const auto opened = Container::open(bytes);
    ASSERT_TRUE(opened.has_value());
    EXPECT_NE(opened->section(SectionKind::WorkloadFile).data(), nullptr);
}

TEST(ContainerTest, workload_file_beside_another_section_is_refused) {
    const auto error_of_kinds = [](u32 first, u32 second) {
        return error_of(container_with(
            {{.kind = first, .offset = 96, .size = 8}, {.kind = second, .offset = 104, .size = 8}},
            16));
    };
    EXPECT_EQ(error_of_kinds(1, 1), std::nullopt);
    EXPECT_EQ(error_of_kinds(1, 2), Error::BadContainer);
    EXPECT_EQ(error_of_kinds(2, 1), Error::BadContainer);
    EXPECT_EQ(error_of_kinds(2, 2), Error::BadContainer);
}

TEST(ContainerTest, other_version_of_a_workload_file_is_refused) {
    const SectionEntry entry{.kind = 2, .version = 2, .offset = 64, .size = 8};
    EXPECT_EQ(error_of(container_with({entry}, 8)), Error::SectionVersion);
}

TEST(ContainerTest, bytes_behind_the_container_do_not_count) {
    ContainerBytes bytes = container_of("workload=ring");
    bytes.resize(4096, std::byte{0x5A});
    EXPECT_EQ(workload_of(bytes), "workload=ring");
}

TEST(ContainerTest, container_cut_anywhere_is_refused) {
    const ContainerBytes whole = container_of("workload=fanout tasks=100\n");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_EQ(error_of(std::span(whole).first(size)), Error::BadContainer) << size;
    }
    EXPECT_EQ(error_of(whole), std::nullopt);
}

TEST(ContainerTest, other_magic_is_refused) {
    ContainerBytes bytes = container_of("workload=ring");
    bytes[0] = std::byte{'k'};
    EXPECT_EQ(error_of(bytes), Error::BadContainer);
}

TEST(ContainerTest, other_version_of_the_container_is_refused_by_its_own_error) {
    for (const u32 version : {0u, 2u, 0x100u, 0x1000001u}) {
        ContainerBytes bytes = container_of("workload=ring");
        put_number(bytes, 8, version, 4);
        EXPECT_EQ(error_of(bytes), Error::ContainerVersion) << version;
    }
}

TEST(ContainerTest, other_version_of_a_section_is_refused_by_its_own_error) {
    for (const u32 version : {0u, 2u, 0x1000001u}) {
        EXPECT_EQ(error_of(container_with({{.version = version, .offset = 64, .size = 8}}, 8)),
                  Error::SectionVersion);
    }
}

TEST(ContainerTest, unknown_kind_of_section_is_refused_whatever_its_version) {
    for (const u32 kind : {0u, 4u, 99u}) {
        for (const u32 version : {0u, 1u, 2u}) {
            const SectionEntry entry{.kind = kind, .version = version, .offset = 64, .size = 8};
            EXPECT_EQ(error_of(container_with({entry}, 8)), Error::SectionVersion)
                << "kind " << kind << ", version " << version;
        }
    }
}

TEST(ContainerTest, size_that_is_not_its_own_is_refused) {
    const ContainerBytes whole = container_of("workload=ring"); // 80 bytes
    for (const u64 size : {u64{0}, u64{31}, u64{72}, u64{79}, u64{81}, u64{1} << 63, ~u64{0}}) {
        ContainerBytes bytes = whole;
        put_number(bytes, 16, size, 8);
        EXPECT_EQ(error_of(bytes), Error::BadContainer) << size;
    }
}

TEST(ContainerTest, changed_payload_is_refused) {
    ContainerBytes bytes = container_of("workload=ring");
    bytes[70] ^= std::byte{1};
    EXPECT_EQ(error_of(bytes), Error::BadContainer);
}

TEST(ContainerTest, sixteen_sections_are_taken_and_seventeen_refused) {
    for (const u64 count : {u64{16}, u64{17}}) {
        const u64 first = 32 + count * 32;
        std::vector<SectionEntry> table;
        for (u64 i = 0; i < count; ++i) {
            table.push_back({.offset = first + i * 8, .size = 8});
        }
        EXPECT_EQ(error_of(container_with(table, count * 8)),
                  count == 16 ? std::nullopt : std::optional(Error::BadContainer));
    }
}

TEST(ContainerTest, table_behind_the_end_is_refused) {
    ContainerBytes bytes = container_with({}, 40);
    for (const u32 count : {2u, 16u}) {
        put_number(bytes, 12, count, 4);
        EXPECT_EQ(error_of(bytes), Error::BadContainer);
    }
}

std::optional<Error> error_of_entry(const SectionEntry& entry) {
    return error_of(container_with({entry}, 64));
}

TEST(ContainerTest, misaligned_section_is_refused) {
    for (u64 offset = 65; offset < 72; ++offset) {
        EXPECT_EQ(error_of_entry({.offset = offset, .size = 8}), Error::BadContainer);
    }
}

TEST(ContainerTest, section_inside_header_or_table_is_refused) {
    for (u64 offset = 0; offset < 64; offset += 8) {
        EXPECT_EQ(error_of_entry({.offset = offset, .size = 8}), Error::BadContainer);
    }
}

TEST(ContainerTest, section_behind_the_end_is_refused) {
    EXPECT_EQ(error_of_entry({.offset = 64, .size = 65}), Error::BadContainer);
    EXPECT_EQ(error_of_entry({.offset = 120, .size = 16}), Error::BadContainer);
    EXPECT_EQ(error_of_entry({.offset = 136, .size = 0}), Error::BadContainer);
    EXPECT_EQ(error_of_entry({.offset = 64, .size = ~u64{0}}), Error::BadContainer);
    EXPECT_EQ(error_of_entry({.offset = ~u64{7}, .size = 16}), Error::BadContainer);
    EXPECT_EQ(error_of_entry({.offset = 64, .size = ~u64{0} - 63}), Error::BadContainer);
}

TEST(ContainerTest, section_with_reserved_bits_is_refused) {
    for (u32 bit = 0; bit < 64; ++bit) {
        EXPECT_EQ(error_of_entry({.offset = 64, .size = 64, .reserved = u64{1} << bit}),
                  Error::BadContainer);
    }
}

TEST(ContainerTest, overlapping_or_descending_sections_are_refused) {
    const auto error_of_two = [](u64 first, u64 second) {
        return error_of(
            container_with({{.offset = first, .size = 16}, {.offset = second, .size = 16}}, 32));
    };
    EXPECT_EQ(error_of_two(96, 112), std::nullopt);
    EXPECT_EQ(error_of_two(96, 104), Error::BadContainer);
    EXPECT_EQ(error_of_two(96, 96), Error::BadContainer);
    EXPECT_EQ(error_of_two(112, 96), Error::BadContainer);
}

} // namespace
} // namespace knhk
