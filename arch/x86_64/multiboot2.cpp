// SPDX-License-Identifier: MIT
// Multiboot2, as GRUB speaks it: a list of tags, each of which says its own size.
#include "arch/x86_64/exit.hpp"
#include "arch/x86_64/firmware.hpp"
#include "base/bytes.hpp"

namespace knhk::x86 {
namespace {

/// More than GRUB passes with hundreds of memory map entries; a bound on damaged information.
constexpr u32 INFORMATION_BYTES_MAX = 1U << 20;
constexpr u32 TAGS_MAX = 1024;
constexpr u32 TAG_HEADER_BYTES = 8;
constexpr u32 TAG_ALIGNMENT = 8;
constexpr u32 MEMORY_TYPE_RAM = 1;
constexpr u32 MEMORY_ENTRY_BYTES = 24;

enum class TagType : u32 {
    END = 0,
    COMMAND_LINE = 1,
    MODULE = 3,
    MEMORY_MAP = 6,
    ACPI_OLD = 14,
    ACPI_NEW = 15,
};

void read_memory_map(ByteReader payload, Firmware& firmware) {
    const u32 entry_bytes = payload.get<u32>();
    static_cast<void>(payload.get<u32>()); // version
    if (entry_bytes < MEMORY_ENTRY_BYTES) {
        return;
    }
    while (payload.left() >= entry_bytes && !firmware.memory_cut) {
        ByteReader entry(payload.get_bytes(entry_bytes));
        const u64 base = entry.get<u64>();
        const u64 size_bytes = entry.get<u64>();
        firmware.add_memory({base, size_bytes}, entry.get<u32>() == MEMORY_TYPE_RAM);
    }
}

void read_module(ByteReader payload, Firmware& firmware) {
    const u32 start = payload.get<u32>();
    const u32 end = payload.get<u32>();
    // The first module is the container.
    if (payload.ok() && end > start && firmware.module.size_bytes == 0) {
        firmware.set_module({start, end - start});
    }
}

void read_tag(TagType type, std::span<const std::byte> payload, Firmware& firmware) {
    switch (type) {
    case TagType::COMMAND_LINE:
        firmware.set_command_line(payload);
        break;
    case TagType::MODULE:
        read_module(ByteReader(payload), firmware);
        break;
    case TagType::MEMORY_MAP:
        read_memory_map(ByteReader(payload), firmware);
        break;
    case TagType::ACPI_OLD:
        if (!firmware.has_root_pointer) {
            firmware.set_root_pointer(payload);
        }
        break;
    case TagType::ACPI_NEW:
        firmware.set_root_pointer(payload);
        break;
    case TagType::END:
        break;
    }
}

} // namespace

void read_multiboot2(u64 boot_information, Firmware& firmware) {
    u32 size_bytes = 0;
    if (!read_physical(boot_information, size_bytes) || size_bytes > INFORMATION_BYTES_MAX) {
        refuse(ExitStatus::Environment, "damaged Multiboot2 information: use another loader");
    }
    const auto bytes = physical_bytes({boot_information, size_bytes});
    u64 at = TAG_HEADER_BYTES; // the list's own size and a reserved word
    for (u32 i = 0; i < TAGS_MAX && at + TAG_HEADER_BYTES <= bytes.size(); ++i) {
        const auto type = static_cast<TagType>(load_le<u32>(&bytes[at]));
        const u32 tag_bytes = load_le<u32>(&bytes[at + sizeof(u32)]);
        if (type == TagType::END || tag_bytes < TAG_HEADER_BYTES || tag_bytes > bytes.size() - at) {
            return;
        }
        read_tag(type, bytes.subspan(at + TAG_HEADER_BYTES, tag_bytes - TAG_HEADER_BYTES),
                 firmware);
        at += (u64{tag_bytes} + TAG_ALIGNMENT - 1) / TAG_ALIGNMENT * TAG_ALIGNMENT;
    }
}

} // namespace knhk::x86
