// SPDX-License-Identifier: MIT
// Builds logs from docs/log-format.md, and from nothing of replay/: right by default, to be spoiled
// by tests. Digests, checks and the lockchain are those that the document asks for.
#pragma once

#include <array>
#include <map>
#include <optional>
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
/// Makes the check of the header (`at` 0) or of the record at `at` right again, where its size lets
/// it have one.
void renew_check(std::string& bytes, std::size_t at);

struct EventFields {
    u64 timestamp;
    u64 task_id = 0x70;
    u64 hash = 0x1122334455667788;
    u32 ticks = 0;
    u16 core = 0;
    u8 kind = 1;
    u8 status = 0;
};

/// A task's 64 bytes.
[[nodiscard]] std::string task_bytes(u64 id);

/// An external input that came while the run went on.
struct InputFields {
    std::string task = task_bytes(0x42);
    u64 time = ~u64{0}; ///< for which it is ordered
};

/// One executed beat, what its cores recorded and what came in for it. Cores ascend, as std::map
/// does.
struct BeatFields {
    u64 beat;
    u64 start_time;
    std::map<u16, std::vector<EventFields>> events = {};
    std::vector<InputFields> inputs = {};

    [[nodiscard]] u64 event_count() const;
};

/// A SHA-256 as a string of its bytes.
using HashBytes = std::string;

/// What was before, of a run that was resumed.
struct ResumedFields {
    u64 beats = 3;
    u64 events = 11;
    Digest chain = {0x5eed, 0xc0de};
    std::vector<HashBytes> leaves; ///< hashes, of the lockchain before
};

struct BuiltLog {
    std::string bytes;
    std::size_t identity_at = 48;
    std::size_t workload_at = 0;
    std::size_t padding_at = 0;
    std::size_t records_at = 0; ///< behind the padding
    std::vector<std::size_t> inputs_at;
    std::vector<std::size_t> block_at;
    std::vector<std::size_t> block_end;
    std::vector<std::size_t> epoch_at;
    std::size_t trailer_at = 0;
    std::vector<HashBytes> leaves; ///< of the whole run

    /// Where something with a check of its own begins: the header, and every record.
    [[nodiscard]] std::vector<std::size_t> records() const;
};

struct LogBuilder {
    u32 level = 2;
    u32 flags = 1; ///< open to inputs from outside
    u32 cores = 4;
    std::map<u16, std::string> identity; ///< by tag
    std::string workload = "workload=ring tasks=12\n";
    std::vector<BeatFields> beats;
    std::optional<ResumedFields> resumed;
    u32 end_reason = 0;
    bool has_trailer = true;

    /// Three beats (0, 1 and 5) of one epoch, eleven events on three of four cores.
    LogBuilder();
    /// The same and two more beats: three epochs, inputs for the beats 1 and 16.
    static LogBuilder of_three_epochs();

    [[nodiscard]] BuiltLog build() const;
    [[nodiscard]] std::string identity_bytes() const;
    [[nodiscard]] std::string bytes() const { return build().bytes; }
    [[nodiscard]] u64 event_count() const;

  private:
    struct Progress;
    void put_prologue(BuiltLog& log) const;
    void put_resumed(BuiltLog& log, Progress& run) const;
    void put_inputs(BuiltLog& log, const BeatFields& beat) const;
    void put_beat(BuiltLog& log, const BeatFields& beat, Progress& run) const;
    void put_epoch(BuiltLog& log, Progress& run) const;
    void put_trailer(BuiltLog& log, const Progress& run) const;
    [[nodiscard]] Digest run_digest(const Digest& chain) const;
};

/// RFC 6962, 2.1: of the leaves' hashes.
[[nodiscard]] HashBytes merkle_root(const std::vector<HashBytes>& leaves);

/// A 128-bit digest as 32 hex digits, high word first.
[[nodiscard]] std::string text_of(const Digest& digest);

/// A file without a name that holds these bytes and is read from its beginning.
[[nodiscard]] tools::Descriptor file_holding(const std::string& bytes);
[[nodiscard]] tools::LogReader reader_of(const std::string& bytes, std::string name = "a.log");

} // namespace knhk::test
