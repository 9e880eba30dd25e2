// SPDX-License-Identifier: MIT
// Builds logs from docs/log-format.md, and from nothing of replay/: right by default, to be spoiled
// by tests. Digests and chains are those that the document asks for.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "base/types.hpp"
#include "tools/log/log_reader.hpp"

namespace knhk::test {

/// Appends a little-endian number of `size` bytes.
void put(std::string& bytes, u64 value, u32 size);
/// Overwrites one in place.
void set(std::string& bytes, std::size_t offset, u64 value, u32 size);

struct EventFields {
    u64 timestamp;
    u64 task_id = 0x70;
    u64 hash = 0x1122334455667788;
    u32 ticks = 0;
    u16 core = 0;
    u8 kind = 1;
    u8 status = 0;
};

/// One executed beat and what its cores recorded. Cores ascend, as std::map does.
struct BeatFields {
    u64 beat;
    u64 start_time;
    std::map<u16, std::vector<EventFields>> events = {};

    [[nodiscard]] u64 event_count() const;
};

struct BuiltLog {
    std::string bytes;
    std::size_t identity_at = 40;
    std::size_t workload_at = 0;
    std::size_t padding_at = 0;
    std::vector<std::size_t> block_at;
    std::size_t trailer_at = 0;
};

struct LogBuilder {
    u32 level = 2;
    u32 cores = 4;
    std::map<u16, std::string> identity; ///< by tag
    std::string workload = "workload=ring tasks=12\n";
    std::vector<BeatFields> beats;
    u32 end_reason = 0;
    bool has_trailer = true;

    /// Three beats (0, 1 and 5), eleven events on three of four cores.
    LogBuilder();

    [[nodiscard]] BuiltLog build() const;
    [[nodiscard]] std::string identity_bytes() const;
    [[nodiscard]] std::string bytes() const { return build().bytes; }
    [[nodiscard]] u64 event_count() const;

  private:
    void put_beat(BuiltLog& log, const BeatFields& beat, Digest& chain) const;
};

/// A 128-bit digest as 32 hex digits, high word first.
[[nodiscard]] std::string text_of(const Digest& digest);

/// A file without a name that holds these bytes and is read from its beginning.
[[nodiscard]] tools::Descriptor file_holding(const std::string& bytes);
[[nodiscard]] tools::LogReader reader_of(const std::string& bytes, std::string name = "a.log");

} // namespace knhk::test
