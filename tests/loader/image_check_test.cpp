// SPDX-License-Identifier: MIT
// Images that are right, and each way in which one may be wrong.
#include "loader/image_check.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/loader/elf_builder.hpp"

namespace knhk::loader {
namespace {

/// The complaint about `file`, "" when there is none.
std::string complaint_about(std::span<const std::byte> file) {
    const auto layout = check_image(file);
    return layout ? "" : layout.error().what + ": " + layout.error().where;
}
std::string complaint_about(const ElfBuilder& elf) {
    return complaint_about(elf.bytes());
}

/// EXPECT that the complaint is about `expected`, not about something else.
void expect_complaint(const ElfBuilder& elf, const std::string& expected) {
    const std::string found = complaint_about(elf);
    EXPECT_NE(found.find(expected), std::string::npos) << "found: '" << found << "'";
}

TEST(image_check, sound_image_gives_its_layout) {
    const auto layout = check_image(ElfBuilder().bytes());
    ASSERT_TRUE(layout.has_value()) << layout.error().what;
    EXPECT_EQ(layout->entry, IMAGE_BASE + 0x10);
    ASSERT_EQ(layout->segments.size(), 3U);
    const Segment& text = layout->segments[0];
    EXPECT_EQ(text.address, IMAGE_BASE);
    EXPECT_EQ(text.file_offset, PAGE_BYTES);
    EXPECT_EQ(text.file_size_bytes, PAGE_BYTES);
    EXPECT_EQ(text.permissions, (Permissions{.read = true, .write = false, .execute = true}));
    const Segment& data = layout->segments[2];
    EXPECT_EQ(data.memory_size_bytes, 3 * PAGE_BYTES) << "rounded up to whole pages";
    EXPECT_EQ(data.permissions, (Permissions{.read = true, .write = true, .execute = false}));
}

TEST(image_check, segments_in_any_order_come_out_ascending) {
    ElfBuilder elf;
    std::swap(elf.segments[ElfBuilder::TEXT], elf.segments[ElfBuilder::DATA]);
    const auto layout = check_image(elf.bytes());
    ASSERT_TRUE(layout.has_value()) << layout.error().what;
    EXPECT_LT(layout->segments[0].address, layout->segments[1].address);
    EXPECT_LT(layout->segments[1].address, layout->segments[2].address);
}

TEST(image_check, empty_segment_is_skipped) {
    ElfBuilder elf;
    Elf64_Phdr empty{};
    empty.p_type = PT_LOAD;
    elf.segments.push_back(empty);
    const auto layout = check_image(elf.bytes());
    ASSERT_TRUE(layout.has_value()) << layout.error().what;
    EXPECT_EQ(layout->segments.size(), 3U);
}

TEST(image_check, other_files_are_not_elf) {
    EXPECT_EQ(complaint_about(std::span<const std::byte>{}), "not an ELF file: byte 0");
    const std::vector<std::byte> zeros(8192);
    EXPECT_EQ(complaint_about(zeros), "not an ELF file: byte 0");
}

TEST(image_check, wrong_identity_is_named) {
    ElfBuilder elf;
    elf.header.e_ident[EI_CLASS] = ELFCLASS32;
    expect_complaint(elf, "not a 64-bit ELF file");
    elf = {};
    elf.header.e_ident[EI_DATA] = ELFDATA2MSB;
    expect_complaint(elf, "not a little-endian ELF file");
    elf = {};
    elf.header.e_ident[EI_VERSION] = 2;
    expect_complaint(elf, "ELF version 2 is unknown");
}

TEST(image_check, image_of_another_machine_is_refused_by_name) {
    ElfBuilder elf;
    elf.header.e_machine = EM_AARCH64;
    expect_complaint(elf, "image is for aarch64, this machine is x86_64");
    elf.header.e_machine = EM_RISCV;
    expect_complaint(elf, "image is for riscv64, this machine is x86_64");
    elf.header.e_machine = 0xABCD;
    expect_complaint(elf, "image is for machine 0xabcd");
}

TEST(image_check, image_for_another_machine_is_taken_when_it_is_asked_for) {
    ElfBuilder elf;
    elf.header.e_machine = EM_AARCH64;
    EXPECT_TRUE(check_image(elf.bytes(), elf_machine_of(Architecture::AARCH64)).has_value());
    EXPECT_FALSE(check_image(elf.bytes(), elf_machine_of(Architecture::RISCV64)).has_value());
}

TEST(image_check, table_of_architectures_has_the_numbers_of_elf) {
    EXPECT_EQ(elf_machine_of(Architecture::X86_64), EM_X86_64);
    EXPECT_EQ(elf_machine_of(Architecture::AARCH64), EM_AARCH64);
    EXPECT_EQ(elf_machine_of(Architecture::RISCV64), EM_RISCV);
}

TEST(image_check, position_independent_image_is_refused) {
    ElfBuilder elf;
    elf.header.e_type = ET_DYN;
    expect_complaint(elf, "not linked at fixed addresses");
}

TEST(image_check, dynamic_linking_and_thread_local_storage_are_refused) {
    for (const u32 type : {PT_INTERP, PT_DYNAMIC}) {
        ElfBuilder elf;
        elf.segments.emplace_back().p_type = type;
        expect_complaint(elf, "linked dynamically: program header 4");
    }
    ElfBuilder elf;
    elf.segments.emplace_back().p_type = PT_TLS;
    expect_complaint(elf, "uses thread-local storage: program header 4");
}

TEST(image_check, absurd_header_counts_and_sizes_are_refused) {
    ElfBuilder elf;
    elf.header.e_phnum = PROGRAM_HEADERS_MAX + 1;
    expect_complaint(elf, "33 program headers, an image has 1 to 32");
    elf.header.e_phnum = 0xFFFF;
    expect_complaint(elf, "65535 program headers");
    elf = {};
    elf.header.e_phentsize = 32;
    expect_complaint(elf, "program headers have 32 bytes, not 56");
    std::vector<std::byte> none = ElfBuilder().bytes();
    none[offsetof(Elf64_Ehdr, e_phnum)] = std::byte{0};
    EXPECT_EQ(complaint_about(none), "0 program headers, an image has 1 to 32: ELF header");
}

TEST(image_check, headers_behind_the_end_of_the_file_are_refused) {
    ElfBuilder elf;
    elf.header.e_phoff = ~u64{0} - 8;
    expect_complaint(elf, "truncated");
    elf = {};
    elf.segments[ElfBuilder::DATA].p_offset = ~u64{0} - PAGE_BYTES + 1;
    expect_complaint(elf, "truncated");
}

TEST(image_check, truncated_image_is_refused_with_the_bound_at_every_length) {
    const std::vector<std::byte> whole = ElfBuilder().bytes();
    ASSERT_EQ(complaint_about(whole), "");
    for (std::size_t size = SELFMAG; size < whole.size(); ++size) {
        const std::string found = complaint_about(std::span(whole).first(size));
        ASSERT_TRUE(found.starts_with("truncated: the file has " + std::to_string(size)))
            << size << ": " << found;
    }
}

TEST(image_check, segment_off_a_page_is_refused) {
    ElfBuilder elf;
    elf.segments[ElfBuilder::RODATA].p_vaddr += 8;
    expect_complaint(elf, "does not start at a page");
    elf = {};
    elf.segments[ElfBuilder::RODATA].p_offset += 8;
    expect_complaint(elf, "does not start at a page");
}

TEST(image_check, segment_outside_the_span_is_refused) {
    ElfBuilder elf;
    Elf64_Phdr& data = elf.segments[ElfBuilder::DATA];
    data.p_vaddr = IMAGE_BASE - PAGE_BYTES;
    expect_complaint(elf, "outside the image's span 0x40000000-0x44000000: program header 2");
    data.p_vaddr = IMAGE_BASE + IMAGE_SIZE_MAX_BYTES;
    expect_complaint(elf, "outside the image's span");
    data.p_vaddr = IMAGE_BASE + IMAGE_SIZE_MAX_BYTES - PAGE_BYTES;
    expect_complaint(elf, "outside the image's span");
    data.p_memsz = ~u64{0};
    expect_complaint(elf, "outside the image's span");
}

TEST(image_check, segment_up_to_the_last_byte_of_the_span_is_accepted) {
    ElfBuilder elf;
    Elf64_Phdr& data = elf.segments[ElfBuilder::DATA];
    data.p_vaddr = IMAGE_BASE + IMAGE_SIZE_MAX_BYTES - PAGE_BYTES;
    data.p_memsz = PAGE_BYTES;
    EXPECT_EQ(complaint_about(elf), "");
}

TEST(image_check, segment_larger_in_the_file_than_in_memory_is_refused) {
    ElfBuilder elf;
    elf.segments[ElfBuilder::RODATA].p_memsz = PAGE_BYTES - 1;
    expect_complaint(elf, "more bytes in the file (4096) than in memory (4095)");
}

TEST(image_check, writable_code_is_refused) {
    ElfBuilder elf;
    elf.segments[ElfBuilder::TEXT].p_flags |= PF_W;
    expect_complaint(elf, "writable and executable: program header 0");
}

TEST(image_check, segments_that_share_a_page_are_refused) {
    ElfBuilder elf;
    elf.segments[ElfBuilder::TEXT].p_memsz = PAGE_BYTES + 1;
    expect_complaint(elf, "overlap: program header 1");
    elf = {};
    elf.segments[ElfBuilder::DATA].p_vaddr = IMAGE_BASE;
    expect_complaint(elf, "overlap");
}

TEST(image_check, entry_outside_code_is_refused) {
    ElfBuilder elf;
    elf.header.e_entry = IMAGE_BASE + PAGE_BYTES; // rodata
    expect_complaint(elf, "is in no executable segment");
    elf.header.e_entry = 0;
    expect_complaint(elf, "is in no executable segment");
    elf.header.e_entry = IMAGE_BASE + PAGE_BYTES - 1; // the last byte of text
    EXPECT_EQ(complaint_about(elf), "");
}

TEST(image_check, entry_in_the_zeroed_part_of_code_is_refused) {
    ElfBuilder elf;
    elf.segments[ElfBuilder::TEXT].p_filesz = 0x10;
    expect_complaint(elf, "is in no executable segment");
}

TEST(image_check, image_without_our_note_is_refused) {
    ElfBuilder elf;
    elf.segments.pop_back();
    expect_complaint(elf, "it has no KNHK note");
    elf = {};
    elf.note_owner[0] = 'X';
    expect_complaint(elf, "it has no KNHK note");
}

TEST(image_check, image_of_another_version_or_memory_map_is_refused) {
    ElfBuilder elf;
    elf.note.abi_version = IMAGE_ABI_VERSION + 1;
    expect_complaint(elf, "image of ABI version");
    elf = {};
    elf.note.regions_base += 0x10000;
    expect_complaint(elf, "another memory map");
    elf = {};
    elf.note.regions_size += 1;
    expect_complaint(elf, "another memory map");
}

TEST(image_check, notes_of_others_beside_ours_are_ignored) {
    ElfBuilder elf;
    const struct {
        Elf64_Nhdr header{4, 4, 18};
        char owner[4] = {'X', 'e', 'n', '\0'};
        u32 payload = 0x1000000;
    } other;
    elf.after_note.resize(sizeof other);
    std::memcpy(elf.after_note.data(), &other, sizeof other);
    EXPECT_EQ(complaint_about(elf), "");
}

TEST(image_check, second_note_of_ours_is_refused) {
    ElfBuilder elf;
    const ElfBuilder::NoteRecord record{};
    elf.after_note.resize(sizeof record);
    std::memcpy(elf.after_note.data(), &record, sizeof record);
    expect_complaint(elf, "more than one KNHK note");
}

TEST(image_check, damaged_notes_are_refused) {
    ElfBuilder elf;
    elf.segments[ElfBuilder::NOTE].p_filesz = sizeof(ElfBuilder::NoteRecord) - 1;
    expect_complaint(elf, "damaged note");
    elf = {};
    elf.after_note.resize(4, std::byte{0xFF});
    expect_complaint(elf, "damaged note");
    elf.after_note.resize(12, std::byte{0xFF});
    expect_complaint(elf, "damaged note");
    elf = {};
    elf.segments[ElfBuilder::NOTE].p_align = 32;
    expect_complaint(elf, "notes aligned to 32 bytes");
}

TEST(image_check, image_with_flipped_bits_is_judged_without_harm) {
    const std::vector<std::byte> whole = ElfBuilder().bytes();
    std::mt19937_64 random(1);
    u32 refused = 0;
    for (u32 round = 0; round < 20'000; ++round) {
        std::vector<std::byte> spoiled = whole;
        for (u32 flip = 0; flip <= round % 4; ++flip) {
            // The headers and the note, where a bit means something.
            const u64 place = random() % 512;
            const u64 offset = place < 384 ? place : 2 * PAGE_BYTES + place % 64;
            spoiled[offset] ^= std::byte{1} << (random() % 8);
        }
        const auto layout = check_image(spoiled);
        refused += layout ? 0 : 1;
        if (layout) {
            for (const Segment& segment : layout->segments) {
                ASSERT_GE(segment.address, IMAGE_BASE) << round;
                ASSERT_LE(segment.end(), IMAGE_BASE + IMAGE_SIZE_MAX_BYTES) << round;
                ASSERT_LE(segment.file_offset + segment.file_size_bytes, spoiled.size()) << round;
                ASSERT_LE(segment.file_size_bytes, segment.memory_size_bytes) << round;
                ASSERT_FALSE(segment.permissions.write && segment.permissions.execute) << round;
            }
        }
    }
    EXPECT_GT(refused, 5'000U) << "the flips hardly reach what is checked";
    EXPECT_LT(refused, 20'000U) << "nothing is accepted, so nothing was looked at";
}

} // namespace
} // namespace knhk::loader
