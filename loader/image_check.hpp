// SPDX-License-Identifier: MIT
// Whether bytes are an image that this loader and a machine can run: decided in full before
// anything is mapped. Pure, and made for hostile input.
#pragma once

#include <expected>
#include <span>
#include <vector>

#include "arch/linux/failure.hpp"
#include "base/architecture.hpp"
#include "base/types.hpp"

namespace knhk::loader {

/// Headers of an image at most: an image has about six.
inline constexpr u32 PROGRAM_HEADERS_MAX = 32;

/// Permissions of a segment, the bits of p_flags.
struct Permissions {
    bool read;
    bool write;
    bool execute;
    friend bool operator==(const Permissions&, const Permissions&) = default;
};

/// A part of the image: whole pages in memory, of which the first bytes come from the file.
struct Segment {
    u32 header_index;
    u64 address; ///< at a page's start
    u64 file_offset;
    u64 file_size_bytes;
    u64 memory_size_bytes; ///< in whole pages
    Permissions permissions;

    [[nodiscard]] u64 end() const { return address + memory_size_bytes; }
};

struct ImageLayout {
    u64 entry;
    std::vector<Segment> segments; ///< ascending, without overlap, within the image's span
};

/// What this process itself was built for.
[[nodiscard]] Architecture host_architecture();

/// For machines with this e_machine. `where` in the Failure says which part of the file; the caller
/// puts the path before it.
[[nodiscard]] std::expected<ImageLayout, hosted::Failure>
check_image(std::span<const std::byte> file, u16 elf_machine);
/// For this machine.
[[nodiscard]] std::expected<ImageLayout, hosted::Failure>
check_image(std::span<const std::byte> file);

} // namespace knhk::loader
