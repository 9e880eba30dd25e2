// SPDX-License-Identifier: MIT
// What the firmware said about the machine, in one form whichever protocol it spoke. It is checked
// here, and copied, so that later steps may overwrite the firmware's own memory; what is too large
// to copy is kept from them as long as boot code reads it.
#pragma once

#include <array>
#include <span>

#include "arch/boot_info.hpp"
#include "arch/bare/physical.hpp"

namespace knhk::bare {

inline constexpr u32 MEMORY_ENTRIES_MAX = 256;

struct MemoryEntry {
    PhysicalSpan span;
    bool usable = false; ///< RAM that belongs to nobody
};

/// ACPI's root pointer: 20 bytes from the first version, 36 from the second.
inline constexpr u32 ROOT_POINTER_BYTES = 36;

struct Firmware {
    std::array<MemoryEntry, MEMORY_ENTRIES_MAX> memory{};
    u32 memory_count = 0;
    bool memory_cut = false; ///< there were more entries than MEMORY_ENTRIES_MAX
    std::array<char, COMMAND_LINE_MAX_CHARS> command_line{};
    u64 command_line_size = 0;
    bool has_root_pointer = false;
    std::array<std::byte, ROOT_POINTER_BYTES> root_pointer{};
    std::span<const std::byte> device_tree; ///< stays where it is while boot code runs
    PhysicalSpan module;                    ///< the container, where the loader put it; empty: none

    void add_memory(PhysicalSpan span, bool usable);
    /// `text` ends at its first zero. Refuses what does not fit.
    void set_command_line(std::span<const std::byte> text);
    void set_module(PhysicalSpan span);
    /// Takes a root pointer if it is one; a later one replaces an earlier.
    bool set_root_pointer(std::span<const std::byte> bytes);
    /// Takes memory, command line and module from a device tree if a sound one lies there.
    bool set_device_tree(u64 address);

    [[nodiscard]] u64 ram_bytes() const;
    [[nodiscard]] std::span<const MemoryEntry> entries() const {
        return std::span(memory).first(memory_count);
    }
};

/// Reads whatever the protocol that entered the image left, and refuses what cannot be used.
void read_firmware(Firmware& firmware);

} // namespace knhk::bare
