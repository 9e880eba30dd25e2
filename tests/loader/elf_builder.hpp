// SPDX-License-Identifier: MIT
// A small image as bytes, right by default, whose headers a test may then spoil.
#pragma once

#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "arch/boot_info.hpp"
#include "base/memory_map.hpp"

namespace knhk::loader {

/// Program headers: text, rodata, data with bss, the KNHK note. One page of the file each.
struct ElfBuilder {
    enum : std::size_t { TEXT = 0, RODATA = 1, DATA = 2, NOTE = 3 };

    struct NoteRecord {
        Elf64_Nhdr header{5, sizeof(ImageNote), IMAGE_NOTE_TYPE};
        char owner[8] = "KNHK";
        u32 payload[sizeof(ImageNote) / sizeof(u32)];
    };

    Elf64_Ehdr header{};
    std::vector<Elf64_Phdr> segments;
    ImageNote note{IMAGE_ABI_VERSION, 0, REGIONS_BASE, REGIONS_SIZE_BYTES};
    char note_owner[8] = "KNHK";
    std::vector<std::byte> after_note; ///< further records of the same segment

    ElfBuilder() {
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        header.e_type = ET_EXEC;
        header.e_machine = EM_X86_64;
        header.e_version = EV_CURRENT;
        header.e_entry = IMAGE_BASE + 0x10;
        header.e_phoff = sizeof(Elf64_Ehdr);
        header.e_phentsize = sizeof(Elf64_Phdr);
        segments = {load(0, PF_R | PF_X), load(1, PF_R), load(2, PF_R | PF_W), {}};
        segments[DATA].p_memsz = 2 * PAGE_BYTES + 1;
        segments[NOTE].p_type = PT_NOTE;
        segments[NOTE].p_offset = segments[RODATA].p_offset;
        segments[NOTE].p_align = 4;
    }

    [[nodiscard]] std::vector<std::byte> bytes() const {
        std::vector<std::byte> file(4 * PAGE_BYTES);
        Elf64_Ehdr written_header = header;
        if (written_header.e_phnum == 0) {
            written_header.e_phnum = static_cast<u16>(segments.size());
        }
        std::vector<Elf64_Phdr> written = segments;
        NoteRecord record{};
        std::memcpy(record.owner, note_owner, sizeof record.owner);
        std::memcpy(record.payload, &note, sizeof note);
        if (written.size() > NOTE && written[NOTE].p_filesz == 0) {
            written[NOTE].p_filesz = sizeof record + after_note.size();
        }
        std::memcpy(file.data(), &written_header, sizeof written_header);
        std::memcpy(file.data() + sizeof header, written.data(),
                    written.size() * sizeof(Elf64_Phdr));
        std::memcpy(file.data() + segments[RODATA].p_offset, &record, sizeof record);
        std::ranges::copy(
            after_note,
            file.begin() + static_cast<std::ptrdiff_t>(segments[RODATA].p_offset + sizeof record));
        return file;
    }

  private:
    /// The segment of page `page` of the image, whose bytes are page `page + 1` of the file.
    static Elf64_Phdr load(u64 page, u32 flags) {
        Elf64_Phdr segment{};
        segment.p_type = PT_LOAD;
        segment.p_flags = flags;
        segment.p_offset = (page + 1) * PAGE_BYTES;
        segment.p_vaddr = IMAGE_BASE + page * PAGE_BYTES;
        segment.p_filesz = PAGE_BYTES;
        segment.p_memsz = PAGE_BYTES;
        segment.p_align = PAGE_BYTES;
        return segment;
    }
};

} // namespace knhk::loader
