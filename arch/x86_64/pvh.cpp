// SPDX-License-Identifier: MIT
// PVH, as QEMU's -kernel speaks it: start_info of version 1.
#include <cstddef>

#include "arch/x86_64/exit.hpp"
#include "arch/x86_64/firmware.hpp"

namespace knhk::x86 {
namespace {

constexpr u32 START_INFO_MAGIC = 0x336EC578;
constexpr u32 MEMORY_TYPE_RAM = 1;

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

void read_memory_map(const StartInfo& info, Firmware& firmware) {
    for (u32 i = 0; i < info.memory_map_count && !firmware.memory_cut; ++i) {
        PvhMemory entry;
        if (!read_physical(info.memory_map + i * sizeof entry, entry)) {
            return;
        }
        firmware.add_memory({entry.base, entry.size_bytes}, entry.type == MEMORY_TYPE_RAM);
    }
}

void read_module(const StartInfo& info, Firmware& firmware) {
    PvhModule module;
    if (info.module_count > 0 && read_physical(info.modules, module)) {
        firmware.set_module({module.base, module.size_bytes});
    }
}

/// The length is not told; what follows the longest command line is not looked at.
void read_command_line(const StartInfo& info, Firmware& firmware) {
    if (info.command_line != 0 && info.command_line < PHYSICAL_LIMIT) {
        const u64 size_bytes =
            std::min<u64>(COMMAND_LINE_MAX_CHARS + 1, PHYSICAL_LIMIT - info.command_line);
        firmware.set_command_line(physical_bytes({info.command_line, size_bytes}));
    }
}

} // namespace

void read_pvh(u64 start_info, Firmware& firmware) {
    StartInfo info;
    if (!read_physical(start_info, info) || info.magic != START_INFO_MAGIC || info.version < 1) {
        refuse(ExitStatus::Environment, "PVH start information of version 1 is needed");
    }
    read_memory_map(info, firmware);
    read_module(info, firmware);
    read_command_line(info, firmware);
    std::byte root_pointer[ROOT_POINTER_BYTES];
    if (read_physical(info.root_pointer, root_pointer)) {
        firmware.set_root_pointer(root_pointer);
    }
}

} // namespace knhk::x86
