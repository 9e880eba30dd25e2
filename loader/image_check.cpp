// SPDX-License-Identifier: MIT
#include "loader/image_check.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/architecture.hpp"
#include "base/bytes.hpp"
#include "base/memory_map.hpp"
#include "loader/image_note.hpp"
#include KNHK_LINUX_MACHINE

namespace knhk::loader {
namespace {

using hosted::Failure;
using Bytes = std::span<const std::byte>;
using Problem = std::optional<Failure>;

constexpr const char* REBUILD = "give an image that this source tree built";

Failure bad(std::string what, std::string where, std::string remedy = REBUILD) {
    return {ExitStatus::BadInput, std::move(what), std::move(where), std::move(remedy)};
}

std::string header_name(u32 index) {
    return fmt::format("program header {}", index);
}

/// Says so when [offset, offset + size) is not within the file.
Problem check_bounds(Bytes file, u64 offset, u64 size, const std::string& where) {
    if (offset <= file.size() && size <= file.size() - offset) {
        return std::nullopt;
    }
    return bad(fmt::format("truncated: the file has {} bytes, {} from byte {} on are needed",
                           file.size(), size, offset),
               where, "copy or build the file again");
}

std::string machine_name(u16 machine) {
    if (const auto architecture = architecture_of_elf(machine)) {
        return std::string(name_of(*architecture));
    }
    switch (machine) {
    case EM_386:
        return "i386";
    case EM_ARM:
        return "arm";
    case EM_PPC64:
        return "ppc64";
    case EM_S390:
        return "s390x";
    default:
        return fmt::format("machine {:#x}", machine);
    }
}

/// The first bytes, which mean the same in every ELF file.
Problem check_identity(Bytes file) {
    if (file.size() < SELFMAG || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0) {
        return bad("not an ELF file", "byte 0", "give the image, knhk-<machine>.elf");
    }
    if (Problem problem = check_bounds(file, 0, EI_NIDENT, "ELF identification")) {
        return problem;
    }
    const auto identity = [&](std::size_t index) { return std::to_integer<u8>(file[index]); };
    if (identity(EI_CLASS) != ELFCLASS64) {
        return bad(fmt::format("not a 64-bit ELF file (class {})", identity(EI_CLASS)),
                   "ELF identification");
    }
    if (identity(EI_DATA) != ELFDATA2LSB) {
        return bad(
            fmt::format("not a little-endian ELF file (data encoding {})", identity(EI_DATA)),
            "ELF identification");
    }
    if (identity(EI_VERSION) != EV_CURRENT) {
        return bad(fmt::format("ELF version {} is unknown", identity(EI_VERSION)),
                   "ELF identification");
    }
    return check_bounds(file, 0, sizeof(Elf64_Ehdr), "ELF header");
}

Problem check_header(Bytes file, const Elf64_Ehdr& header, u16 elf_machine) {
    if (header.e_machine != elf_machine) {
        const std::string ours = machine_name(elf_machine);
        return bad(fmt::format("image is for {}, this machine is {}",
                               machine_name(header.e_machine), ours),
                   "ELF header", fmt::format("give the image for {}", ours));
    }
    if (header.e_type != ET_EXEC) {
        return bad(
            fmt::format("not linked at fixed addresses (ELF type {}, not EXEC)", header.e_type),
            "ELF header", "link the image with -static -no-pie");
    }
    if (header.e_phentsize != sizeof(Elf64_Phdr)) {
        return bad(fmt::format("program headers have {} bytes, not {}", header.e_phentsize,
                               sizeof(Elf64_Phdr)),
                   "ELF header");
    }
    if (header.e_phnum == 0 || header.e_phnum > PROGRAM_HEADERS_MAX) {
        return bad(fmt::format("{} program headers, an image has 1 to {}", header.e_phnum,
                               PROGRAM_HEADERS_MAX),
                   "ELF header");
    }
    // Sections mean nothing here, but their table stands last in a file: without it, the file was
    // cut.
    if (Problem problem = check_bounds(
            file, header.e_shoff, u64{header.e_shnum} * header.e_shentsize, "section headers")) {
        return problem;
    }
    return check_bounds(file, header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr),
                        "program headers");
}

/// Headers that ask for something which an image must do without.
Problem check_kind(const Elf64_Phdr& header, u32 index) {
    switch (header.p_type) {
    case PT_INTERP:
    case PT_DYNAMIC:
        return bad("linked dynamically", header_name(index), "link the image with -static -no-pie");
    case PT_TLS:
        return bad("uses thread-local storage", header_name(index),
                   "remove thread_local from the image: on bare machines there is none");
    default:
        return std::nullopt;
    }
}

Problem check_placement(const Elf64_Phdr& header, const std::string& where) {
    if (header.p_vaddr % PAGE_BYTES != 0 || header.p_offset % PAGE_BYTES != 0) {
        return bad(fmt::format("segment does not start at a page (address {:#x}, offset {:#x})",
                               header.p_vaddr, header.p_offset),
                   where, "align the segments in the linker script");
    }
    constexpr u64 END = IMAGE_BASE + IMAGE_SIZE_MAX_BYTES;
    if (header.p_vaddr < IMAGE_BASE || header.p_vaddr >= END ||
        header.p_memsz > END - header.p_vaddr) {
        return bad(fmt::format("segment of {:#x} bytes at {:#x} is outside the image's span "
                               "{:#x}-{:#x}",
                               header.p_memsz, header.p_vaddr, IMAGE_BASE, END),
                   where, "link the image at its base, and below its largest size");
    }
    return std::nullopt;
}

Problem check_segment(Bytes file, const Elf64_Phdr& header, const std::string& where) {
    if (Problem problem = check_placement(header, where)) {
        return problem;
    }
    if (header.p_filesz > header.p_memsz) {
        return bad(fmt::format("segment has more bytes in the file ({}) than in memory ({})",
                               header.p_filesz, header.p_memsz),
                   where);
    }
    if ((header.p_flags & PF_W) != 0 && (header.p_flags & PF_X) != 0) {
        return bad("segment is writable and executable", where,
                   "separate code and data in the linker script");
    }
    return check_bounds(file, header.p_offset, header.p_filesz, where);
}

Segment segment_of(const Elf64_Phdr& header, u32 index) {
    return {
        .header_index = index,
        .address = header.p_vaddr,
        .file_offset = header.p_offset,
        .file_size_bytes = header.p_filesz,
        .memory_size_bytes = (header.p_memsz + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES,
        .permissions = {.read = (header.p_flags & PF_R) != 0,
                        .write = (header.p_flags & PF_W) != 0,
                        .execute = (header.p_flags & PF_X) != 0},
    };
}

/// Sorts them, and says so when two want the same page.
Problem check_overlaps(std::vector<Segment>& segments) {
    std::ranges::sort(segments, {}, &Segment::address);
    for (std::size_t i = 1; i < segments.size(); ++i) {
        if (segments[i].address < segments[i - 1].end()) {
            return bad(fmt::format("segments {:#x}-{:#x} and {:#x}-{:#x} overlap",
                                   segments[i - 1].address, segments[i - 1].end(),
                                   segments[i].address, segments[i].end()),
                       header_name(segments[i].header_index),
                       "give each segment pages of its own in the linker script");
        }
    }
    return std::nullopt;
}

/// The entry must be code that the file brings along.
Problem check_entry(const ImageLayout& layout) {
    const auto holds_entry = [&](const Segment& segment) {
        return segment.permissions.execute && layout.entry >= segment.address &&
               layout.entry - segment.address < segment.file_size_bytes;
    };
    if (std::ranges::any_of(layout.segments, holds_entry)) {
        return std::nullopt;
    }
    return bad(fmt::format("entry {:#x} is in no executable segment", layout.entry), "ELF header",
               "link the image with ENTRY(knhk_enter)");
}

/// Takes what one program header says into the layout and the notes.
Problem take_header(Bytes file, const Elf64_Phdr& header, u32 index, ImageLayout& layout,
                    NoteSearch& notes) {
    const std::string where = header_name(index);
    if (header.p_type == PT_NOTE) {
        if (Problem problem = check_bounds(file, header.p_offset, header.p_filesz, where)) {
            return problem;
        }
        return notes.look_through(file.subspan(header.p_offset, header.p_filesz), header.p_align,
                                  where);
    }
    // A linker script's PHDRS leave a header without content where a section came out empty.
    if (header.p_type != PT_LOAD || header.p_memsz == 0) {
        return check_kind(header, index);
    }
    if (Problem problem = check_segment(file, header, where)) {
        return problem;
    }
    layout.segments.push_back(segment_of(header, index));
    return std::nullopt;
}

Problem read_layout(Bytes file, const Elf64_Ehdr& header, ImageLayout& layout) {
    NoteSearch notes;
    for (u32 index = 0; index < header.e_phnum; ++index) {
        const auto program_header =
            load_le<Elf64_Phdr>(file.data() + header.e_phoff + index * sizeof(Elf64_Phdr));
        if (Problem problem = take_header(file, program_header, index, layout, notes)) {
            return problem;
        }
    }
    if (Problem problem = notes.verdict()) {
        return problem;
    }
    if (Problem problem = check_overlaps(layout.segments)) {
        return problem;
    }
    return check_entry(layout);
}

} // namespace

std::expected<ImageLayout, Failure> check_image(Bytes file, u16 elf_machine) {
    if (Problem problem = check_identity(file)) {
        return std::unexpected(*std::move(problem));
    }
    const auto header = load_le<Elf64_Ehdr>(file.data());
    if (Problem problem = check_header(file, header, elf_machine)) {
        return std::unexpected(*std::move(problem));
    }
    ImageLayout layout{.entry = header.e_entry, .segments = {}};
    if (Problem problem = read_layout(file, header, layout)) {
        return std::unexpected(*std::move(problem));
    }
    return layout;
}

Architecture host_architecture() {
    constexpr auto OURS = architecture_of_elf(hosted::ELF_MACHINE);
    static_assert(OURS.has_value(), "the table of architectures has this one");
    return *OURS;
}

std::expected<ImageLayout, Failure> check_image(Bytes file) {
    return check_image(file, hosted::ELF_MACHINE);
}

} // namespace knhk::loader
