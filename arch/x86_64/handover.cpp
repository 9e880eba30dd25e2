// SPDX-License-Identifier: MIT
// What the protocol that entered the image left: PVH, as QEMU's -kernel speaks it (start_info of
// version 1), or Multiboot2, as GRUB does (a list of tags, each of which says its own size).
#include <algorithm>
#include <cstddef>

#include "arch/bare/acpi.hpp"
#include "arch/bare/exit.hpp"
#include "arch/bare/machine.hpp"
#include "base/bytes.hpp"

extern "C" {
// Written by entry.S.
extern const knhk::u32 boot_protocol;
extern const knhk::u32 boot_description;
}

namespace knhk::bare {
namespace {

/// In both protocols.
constexpr u32 MEMORY_TYPE_RAM = 1;

constexpr u32 START_INFO_MAGIC = 0x336EC578;

struct StartInfo {
    u32 magic;
    u32 version;
    u32 flags;
    u32 module_count;
    u64 modules;
    u64 command_line;
    u64 root_pointer;
    u64 memory_map; // from version 1 on
    u32 memory_map_count;
    u32 reserved;
};
static_assert(sizeof(StartInfo) == 56 && offsetof(StartInfo, memory_map) == 40);

struct PvhModule {
    u64 base;
    u64 size_bytes;
    u64 command_line;
    u64 reserved;
};
static_assert(sizeof(PvhModule) == 32);

struct PvhMemory {
    u64 base;
    u64 size_bytes;
    u32 type;
    u32 reserved;
};
static_assert(sizeof(PvhMemory) == 24);

void read_pvh_memory(const StartInfo& info, Firmware& firmware) {
    for (u32 i = 0; i < info.memory_map_count && !firmware.memory_cut; ++i) {
        PvhMemory entry;
        if (!read_physical(info.memory_map + i * sizeof entry, entry)) {
            return;
        }
        firmware.add_memory({entry.base, entry.size_bytes}, entry.type == MEMORY_TYPE_RAM);
    }
}

void read_pvh_module(const StartInfo& info, Firmware& firmware) {
    PvhModule module;
    if (info.module_count > 0 && read_physical(info.modules, module)) {
        firmware.set_module({module.base, module.size_bytes});
    }
}

/// The length is not told; what follows the longest command line is not looked at.
void read_pvh_command_line(const StartInfo& info, Firmware& firmware) {
    if (info.command_line != 0 && info.command_line < PHYSICAL_LIMIT) {
        const u64 size_bytes =
            std::min<u64>(COMMAND_LINE_MAX_CHARS + 1, PHYSICAL_LIMIT - info.command_line);
        firmware.set_command_line(physical_bytes({info.command_line, size_bytes}));
    }
}

void read_pvh(u64 start_info, Firmware& firmware) {
    StartInfo info;
    if (!read_physical(start_info, info) || info.magic != START_INFO_MAGIC || info.version < 1) {
        refuse(ExitStatus::Environment, "PVH start information of version 1 is needed");
    }
    read_pvh_memory(info, firmware);
    read_pvh_module(info, firmware);
    read_pvh_command_line(info, firmware);
    std::byte root_pointer[ROOT_POINTER_BYTES];
    if (read_physical(info.root_pointer, root_pointer)) {
        firmware.set_root_pointer(root_pointer);
    }
}

/// More than GRUB passes with hundreds of memory map entries; a bound on damaged information.
constexpr u32 INFORMATION_BYTES_MAX = 1U << 20;
constexpr u32 TAGS_MAX = 1024;
constexpr u32 TAG_HEADER_BYTES = 8;
constexpr u32 TAG_ALIGNMENT = 8;
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

/// Where a BIOS keeps the root pointer, on a 16-byte boundary.
constexpr PhysicalSpan BIOS_AREA{0xE0000, 0x20000};
constexpr u64 ROOT_POINTER_STEP = 16;

void scan_for_root_pointer(Firmware& firmware) {
    const auto area = physical_bytes(BIOS_AREA);
    for (u64 at = 0; at + ROOT_POINTER_BYTES <= area.size(); at += ROOT_POINTER_STEP) {
        if (firmware.set_root_pointer(area.subspan(at, ROOT_POINTER_BYTES))) {
            return;
        }
    }
}

} // namespace

void read_handover(Firmware& firmware) {
    if (boot_protocol == KNHK_PROTOCOL_PVH) {
        read_pvh(boot_description, firmware);
    } else {
        read_multiboot2(boot_description, firmware);
    }
    if (!firmware.has_root_pointer) {
        scan_for_root_pointer(firmware);
    }
}

} // namespace knhk::bare
