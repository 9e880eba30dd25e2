// SPDX-License-Identifier: MIT
// The container that the command packs: what the image's own reader makes of it, and its bytes by
// the offsets of docs/container.md.
#include "tools/run/container_writer.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "base/hash.hpp"

namespace knhk::tools {
namespace {

std::string text_in(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

u64 number(const std::vector<std::byte>& bytes, std::size_t offset, u32 size) {
    u64 value = 0;
    for (u32 i = size; i > 0; --i) {
        value = value << 8 | std::to_integer<u64>(bytes.at(offset + i - 1));
    }
    return value;
}

TEST(ContainerWriterTest, image_reads_the_workload_that_was_packed) {
    const auto bytes = pack_workload("ring", 12);
    const auto container = Container::open(bytes);
    ASSERT_TRUE(container);
    EXPECT_EQ(text_in(container->section(SectionKind::Workload)), "workload=ring tasks=12");
}

/// Every length of the payload modulo its alignment.
TEST(ContainerWriterTest, image_reads_names_of_every_length) {
    for (std::size_t length = 1; length <= 63; ++length) {
        const std::string name(length, 'n');
        const auto bytes = pack_workload(name, ~u64{0});
        const auto container = Container::open(bytes);
        ASSERT_TRUE(container) << length;
        EXPECT_EQ(text_in(container->section(SectionKind::Workload)),
                  "workload=" + name + " tasks=18446744073709551615");
    }
}

/// The hash is from tests/independent/xxh3.py.
TEST(ContainerWriterTest, bytes_are_those_of_the_document) {
    const auto bytes = pack_workload("ring", 12);
    ASSERT_EQ(bytes.size(), 88u);
    EXPECT_EQ(text_in(std::span(bytes).first(8)), "KNHKCONT");
    EXPECT_EQ(number(bytes, 8, 4), 1u);
    EXPECT_EQ(number(bytes, 12, 4), 1u);
    EXPECT_EQ(number(bytes, 16, 8), 88u);
    EXPECT_EQ(number(bytes, 24, 8), 0x56cede3c69d20288u);
    EXPECT_EQ(number(bytes, 32, 4), 1u);
    EXPECT_EQ(number(bytes, 36, 4), 1u);
    EXPECT_EQ(number(bytes, 40, 8), 64u);
    EXPECT_EQ(number(bytes, 48, 8), 22u);
    EXPECT_EQ(number(bytes, 56, 8), 0u);
    EXPECT_EQ(text_in(std::span(bytes).subspan(64, 22)), "workload=ring tasks=12");
    EXPECT_EQ(number(bytes, 86, 2), 0u);
}

TEST(ContainerWriterTest, image_reads_the_workload_file_that_was_packed) {
    const std::string packed = "what a file was packed into";
    const auto bytes = pack_workload_file(std::as_bytes(std::span(packed)));
    const auto container = Container::open(bytes);
    ASSERT_TRUE(container);
    EXPECT_EQ(text_in(container->section(SectionKind::WorkloadFile)), packed);
    EXPECT_TRUE(container->section(SectionKind::Workload).empty());
    EXPECT_EQ(number(bytes, 32, 4), 2u);
    EXPECT_EQ(number(bytes, 36, 4), 1u);
}

TEST(ContainerWriterTest, options_choose_between_a_name_and_a_file) {
    RunOptions options;
    options.workload = "ring";
    options.tasks = 12;
    EXPECT_EQ(pack_workload(options), pack_workload("ring", 12));
    const std::vector<std::byte> packed(24, std::byte{7});
    options.packed_file = std::make_shared<const std::vector<std::byte>>(packed);
    EXPECT_EQ(pack_workload(options), pack_workload_file(packed));
}

TEST(ContainerWriterTest, container_without_sections_is_a_header) {
    const auto bytes = pack_container({});
    EXPECT_EQ(bytes.size(), 32u);
    const auto container = Container::open(bytes);
    ASSERT_TRUE(container);
    EXPECT_TRUE(container->section(SectionKind::Workload).empty());
}

TEST(ContainerWriterTest, payloads_of_several_sections_lie_aligned_and_in_order) {
    const auto bytes = pack_container({{SectionKind::Workload, 1, "first"},
                                       {SectionKind::Workload, 1, ""},
                                       {SectionKind::Workload, 1, "the last one"}});
    ASSERT_TRUE(Container::open(bytes));
    ASSERT_EQ(number(bytes, 12, 4), 3u);
    EXPECT_EQ(number(bytes, 32 + 8, 8), 128u);
    EXPECT_EQ(number(bytes, 64 + 8, 8), 136u);
    EXPECT_EQ(number(bytes, 64 + 16, 8), 0u);
    EXPECT_EQ(number(bytes, 96 + 8, 8), 136u);
    EXPECT_EQ(text_in(std::span(bytes).subspan(128, 5)), "first");
    EXPECT_EQ(text_in(std::span(bytes).subspan(136, 12)), "the last one");
    EXPECT_EQ(bytes.size(), 152u);
}

TEST(ContainerWriterTest, sixteen_sections_are_packed) {
    const std::vector<SectionContent> sections(16, {SectionKind::Workload, 1, "x"});
    EXPECT_TRUE(Container::open(pack_container(sections)));
}

TEST(ContainerWriterDeathTest, seventeenth_section_panics) {
    const std::vector<SectionContent> sections(17, {SectionKind::Workload, 1, "x"});
    EXPECT_EXIT((void)pack_container(sections), testing::ExitedWithCode(4), "internal error");
}

} // namespace
} // namespace knhk::tools
