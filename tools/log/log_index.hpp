// SPDX-License-Identifier: MIT
// Finds beats in a log without reading it: epoch records are looked for by halving the file, each
// proves itself by its check, and between two of them are few blocks. Works on files that were cut.
#pragma once

#include <functional>
#include <optional>

#include "tools/log/beat_walk.hpp"
#include "tools/log/epoch_search.hpp"
#include "tools/log/log_file.hpp"
#include "tools/log/log_prologue.hpp"

namespace knhk::tools {

/// How a log ends, as far as can be said without reading it.
struct LogTail {
    bool is_whole = false; ///< its trailer is there and says what the last epoch's record says
    std::optional<LogTrailer> trailer;
    std::string text; ///< "is whole", "is cut after beat 17", ...
    u64 beats = 0;    ///< of the run, until the last whole beat
    u64 events = 0;
    std::optional<u64> last_beat; ///< its number
    Digest chain;                 ///< E after it
};

class LogIndex {
  public:
    using Condition = std::function<bool(const EpochPlace&)>;

    /// Throws Failure (BadInput) when `file` does not begin as a log.
    explicit LogIndex(LogFile file);

    [[nodiscard]] const LogFile& file() const { return file_; }
    [[nodiscard]] const LogPrologue& prologue() const { return prologue_; }
    [[nodiscard]] const LogTail& tail() const { return tail_; }
    /// Where the first block stands, or what a resumed run says of what was before.
    [[nodiscard]] const EpochPlace& begin() const { return begin_; }
    [[nodiscard]] bool is_resumed() const { return begin_.beats > 0 || begin_.next_index > 0; }
    /// The last epoch's record; begin() when there is none.
    [[nodiscard]] const EpochPlace& last() const { return last_; }

    /// The last place for which `holds` says yes; it does for begin(), and not again after a no.
    [[nodiscard]] EpochPlace last_where(const Condition& holds) const;
    /// The epoch record that ends at `end` in the file, if there is one.
    [[nodiscard]] std::optional<EpochPlace> epoch_ending_at(u64 end) const;

    /// From the beats that follow a place on.
    [[nodiscard]] BeatWalk walk_from(const EpochPlace& place) const;
    /// The beat with this ordinal, if the log holds it.
    [[nodiscard]] std::optional<BeatPlace> beat_at(u64 ordinal) const;
    /// The first beat whose number is at least `beat`, if the log holds one.
    [[nodiscard]] std::optional<BeatPlace> first_beat_from(u64 beat) const;

    /// Records that were looked at, for reports.
    [[nodiscard]] u64 epochs_looked_at() const { return epochs_looked_at_; }

  private:
    void find_begin();
    void find_last();
    void find_tail();
    [[nodiscard]] bool agrees_with_trailer(const LogTrailer& trailer) const;
    [[nodiscard]] EpochSearch search() const { return {file_, begin_, epochs_looked_at_}; }

    LogFile file_;
    LogPrologue prologue_;
    EpochPlace begin_{};
    EpochPlace last_{};
    LogTail tail_;
    mutable u64 epochs_looked_at_ = 0;
};

} // namespace knhk::tools
