// SPDX-License-Identifier: MIT
// A run between two beats, as bytes: the regions that are marked for it, without their empty pages,
// behind what says which run that is. The image writes it at a barrier and reads it before a
// resumed run begins; the tools check it. docs/checkpoint.md has it to the byte.
#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "base/hash.hpp"
#include "base/memory_map.hpp"

namespace knhk {

inline constexpr u64 CHECKPOINT_MAGIC = 0x504B4843'4B484E4B; // "KNHKCHKP"
inline constexpr u32 CHECKPOINT_VERSION = 1;

/// What it is a checkpoint of, and where in it.
struct CheckpointPlace {
    u64 beats;  ///< executed
    u64 beat;   ///< the number of the next one
    u64 events; ///< recorded
    u64 epochs; ///< leaves of the lockchain
    Digest chain;
};

/// The file: this, identity, workload, zeros to a multiple of 8, runs of pages, a last run of none.
struct CheckpointHeader {
    u64 magic;
    u32 version;
    u32 cores;
    u64 layout_hash; ///< of the regions and of what lies in them
    Digest identity_hash;
    u32 identity_bytes;
    u32 workload_bytes;
    CheckpointPlace place;
    u64 check; ///< of all before
};
static_assert(sizeof(CheckpointHeader) == 104 && offsetof(CheckpointHeader, place) == 48);

/// Neighbouring pages that are not empty, and then their bytes. `pages` 0: the end.
struct CheckpointRun {
    u32 region; ///< its number in the memory map
    u32 pages;
    u64 first_page; ///< in the region
    u64 check;      ///< of the bytes
    u64 link;       ///< of this header, and of the run before: none is missing, none is moved
};
static_assert(sizeof(CheckpointRun) == 32);
inline constexpr u32 CHECKPOINT_RUN_PAGES_MAX = 64;

/// Where bytes go, or come from. `context` is theirs.
struct CheckpointSink {
    void (*put)(void* context, const void* bytes, u64 size_bytes);
    void* context;
};
struct CheckpointSource {
    bool (*read)(void* context, void* to, u64 size_bytes); ///< false: they do not come
    void* context;
};

struct CheckpointIdentity {
    Digest hash;
    std::span<const std::byte> identity;
    std::span<const std::byte> workload;
};

/// Which regions there are, and where: what two builds must share to share a run's memory.
[[nodiscard]] u64 memory_layout_hash();

void write_checkpoint(const Memory& memory, u32 cores, const CheckpointIdentity& identity,
                      const CheckpointPlace& place, const CheckpointSink& sink);

/// Reads the header, and believes it only if it could have been written.
[[nodiscard]] std::expected<CheckpointHeader, std::string_view>
read_checkpoint_header(const CheckpointSource& source);

/// Behind the header: takes so many bytes, zeros to a multiple of 8 included, through `buffer`.
[[nodiscard]] bool skip_checkpoint_text(const CheckpointHeader& header,
                                        const CheckpointSource& source);

/// Behind the texts: the regions' pages, into memory that is all zero. Null when all was right,
/// else what was not; the memory is then worth nothing.
[[nodiscard]] const char* read_checkpoint_pages(const CheckpointHeader& header,
                                                const Memory& memory,
                                                const CheckpointSource& source);

} // namespace knhk
