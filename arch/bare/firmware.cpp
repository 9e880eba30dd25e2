// SPDX-License-Identifier: MIT
#include "arch/bare/firmware.hpp"

#include <cstring>

#include "arch/bare/acpi.hpp"
#include "arch/bare/console.hpp"
#include "arch/bare/exit.hpp"
#include "arch/bare/machine.hpp"
#include "arch/bare/machine_tree.hpp"

namespace knhk::bare {
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
        TextLine line;
        line.text("the container was loaded above ").number(PHYSICAL_LIMIT / GIBIBYTE);
        refuse(ExitStatus::Environment, line.text(" GiB: use another loader"));
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

bool Firmware::set_device_tree(u64 address) {
    const u32 size_bytes = tree_size_bytes(physical_bytes({address, TREE_HEADER_BYTES}));
    const PhysicalSpan span{address, size_bytes};
    const DeviceTree tree(physical_bytes(span));
    if (!tree.is_sound()) {
        return false;
    }
    device_tree = physical_bytes(span);
    add_memory(span, false);
    each_memory(tree, [this](PhysicalSpan piece, bool usable) { add_memory(piece, usable); });
    const TreeChoice choice = choice_of(tree);
    set_command_line(choice.command_line);
    if (choice.initrd.size_bytes > 0) {
        set_module(choice.initrd);
    }
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
    read_handover(firmware);
    if (firmware.memory_count == 0) {
        refuse(ExitStatus::Environment, "the firmware gave no memory map: use another loader");
    }
    if (firmware.memory_cut) {
        print(TextLine{}.text("knhk: the firmware's memory map is cut to its first entries"));
    }
}

} // namespace knhk::bare
