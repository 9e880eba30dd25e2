// SPDX-License-Identifier: MIT
// Hops over a log's records without looking into beats: where each block stands, and its header.
#pragma once

#include <optional>
#include <vector>

#include "tools/log/log_block.hpp"
#include "tools/log/log_file.hpp"

namespace knhk::tools {

/// A beat's block in its file.
struct BeatPlace {
    u64 at;      ///< in the file
    u64 ordinal; ///< how many beats of the run had been executed when it was over: 1 for the first
    LogBeat header;

    [[nodiscard]] u64 end() const { return at + header.record.size_bytes; }
};

class BeatWalk {
  public:
    /// From the record at `at` on; so many beats of the run come before it. Both must outlive this.
    BeatWalk(const LogFile& file, const LogPrologue& prologue, u64 at, u64 beats_before)
        : file_(&file), prologue_(&prologue), at_(at), beats_(beats_before) {}

    /// The next beat that is whole in the file; none at the end, and at what cannot be.
    [[nodiscard]] std::optional<BeatPlace> next();

    /// Where the walk stands: behind the last beat, or before the record that ended it.
    [[nodiscard]] u64 at() const { return at_; }
    [[nodiscard]] u64 beats() const { return beats_; }
    /// Set when the walk ended at something that cannot be, rather than at the log's end.
    [[nodiscard]] const std::optional<LogDamage>& damage() const { return damage_; }

  private:
    bool pass_others();
    bool read(void* to, u64 size_bytes);
    bool end_damaged(LogDamage damage);

    const LogFile* file_;
    const LogPrologue* prologue_;
    u64 at_;
    u64 beats_;
    std::optional<LogDamage> damage_;
    std::vector<std::byte> near_; ///< bytes of the file around here: headers often lie close
    u64 near_at_ = 0;
};

/// A block with memory of its own.
class LoadedBlock {
  public:
    /// None when the file no longer holds it whole, or when it holds what cannot be.
    [[nodiscard]] static std::optional<LoadedBlock>
    load(const LogFile& file, const LogPrologue& prologue, const BeatPlace& place);
    [[nodiscard]] const LogBlock& block() const { return block_; }
    [[nodiscard]] std::span<const Event> events_of(u32 core) const;

  private:
    std::vector<u64> words_; ///< as records are aligned
    LogBlock block_{};
};

} // namespace knhk::tools
