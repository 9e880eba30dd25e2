// SPDX-License-Identifier: MIT
#include "arch/x86_64/firmware.hpp"

#include <cstring>

#include "arch/x86_64/acpi.hpp"
#include "arch/x86_64/console.hpp"
#include "arch/x86_64/exit.hpp"

extern "C" {
// Written by entry.S.
extern const knhk::u32 boot_protocol;
extern const knhk::u32 boot_description;
}

namespace knhk::x86 {
namespace {

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

void Firmware::add_memory(PhysicalSpan span, bool usable) {
    if (span.size_bytes == 0 || span.base + span.size_bytes < span.base) {
        return;
    }
    if (memory_count == MEMORY_ENTRIES_MAX) {
        memory_cut = true;
        return;
    }
    memory[memory_count++] = {span, usable};
}

void Firmware::set_command_line(std::span<const std::byte> text) {
    command_line_size = 0;
    for (const std::byte byte : text) {
        if (byte == std::byte{0}) {
            return;
        }
        if (command_line_size == COMMAND_LINE_MAX_CHARS) {
            TextLine line;
            line.text("the command line is longer than ").number(COMMAND_LINE_MAX_CHARS);
            refuse(ExitStatus::BadInput, line.text(" characters: make it shorter"));
        }
        command_line[command_line_size++] = static_cast<char>(byte);
    }
}

void Firmware::set_module(PhysicalSpan span) {
    if (!is_visible(span)) {
        refuse(ExitStatus::Environment, "the container was loaded above 4 GiB: use another loader");
    }
    module = span;
}

bool Firmware::set_root_pointer(std::span<const std::byte> bytes) {
    if (!is_root_pointer(bytes)) {
        return false;
    }
    root_pointer = {};
    std::memcpy(root_pointer.data(), bytes.data(), std::min(bytes.size(), root_pointer.size()));
    has_root_pointer = true;
    return true;
}

u64 Firmware::ram_bytes() const {
    u64 sum = 0;
    for (const MemoryEntry& entry : entries()) {
        sum += entry.usable ? entry.span.size_bytes : 0;
    }
    return sum;
}

void read_firmware(Firmware& firmware) {
    if (boot_protocol == KNHK_PROTOCOL_PVH) {
        read_pvh(boot_description, firmware);
    } else {
        read_multiboot2(boot_description, firmware);
    }
    if (firmware.memory_count == 0) {
        refuse(ExitStatus::Environment, "the firmware gave no memory map: use another loader");
    }
    if (firmware.memory_cut) {
        print(TextLine{}.text("knhk: the firmware's memory map is cut to its first entries"));
    }
    if (!firmware.has_root_pointer) {
        scan_for_root_pointer(firmware);
    }
}

} // namespace knhk::x86
