// SPDX-License-Identifier: MIT
// The container: versioned sections in one block of bytes, for whatever is handed to a run, however
// it is delivered (initrd, boot module, file). `docs/container.md` says the same to a stranger.
#pragma once

#include <span>

#include "base/error.hpp"
#include "base/types.hpp"

namespace knhk {

inline constexpr u64 CONTAINER_MAGIC = 0x544E4F434B484E4B; // "KNHKCONT"
inline constexpr u32 CONTAINER_VERSION = 1;
inline constexpr u32 CONTAINER_SECTIONS_MAX = 16;

enum class SectionKind : u32 {
    Workload = 1,     ///< key=value text: workload=NAME tasks=N
    WorkloadFile = 2, ///< a packed workload file: kernel/script.hpp
    Latencies = 3,    ///< C x C bytes in place of a topology, [source * C + destination]
};

struct ContainerHeader {
    u64 magic;
    u32 version;
    u32 section_count;
    u64 size_bytes;   ///< of the whole container, this header included
    u64 content_hash; ///< XXH3-64 of every byte behind this header
};
static_assert(sizeof(ContainerHeader) == 32);

/// The table follows the header; payloads follow the table, ascending, at multiples of 8.
struct ContainerSection {
    u32 kind;
    u32 version;
    u64 offset; ///< from the container's first byte
    u64 size_bytes;
    u64 reserved; ///< 0
};
static_assert(sizeof(ContainerSection) == 32);

inline constexpr u32 WORKLOAD_SECTION_VERSION = 1;
inline constexpr u32 WORKLOAD_FILE_SECTION_VERSION = 1;
inline constexpr u32 LATENCIES_SECTION_VERSION = 1;

/// A container that was checked once: nothing behind it is checked again.
class Container {
  public:
    /// Refuses anything damaged: wrong sizes, overlaps, unknown versions, a wrong hash; and two
    /// answers to what is to be run.
    [[nodiscard]] static Result<Container> open(std::span<const std::byte> bytes);

    /// The payload of the first section of this kind; empty if there is none.
    [[nodiscard]] std::span<const std::byte> section(SectionKind kind) const;

  private:
    explicit Container(std::span<const std::byte> bytes) : bytes_(bytes) {}
    std::span<const std::byte> bytes_;
};

} // namespace knhk
