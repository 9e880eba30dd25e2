// SPDX-License-Identifier: MIT
// A run's log while it is written, held against a recorded one beat by beat; the first difference
// ends it. A few beats of both are kept, so that it can be explained.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "tools/log/log_compare.hpp"
#include "tools/log/log_reader.hpp"

namespace knhk::tools {

enum class ReplayOutcome : u8 {
    Running,
    Equal,     ///< to the end of the recorded run
    Until,     ///< to the beat that was asked for
    CutEqual,  ///< to the end of a log that was cut
    Damaged,   ///< equal, up to what cannot be in the recorded log
    Different, ///< and `difference` says where
};

class ReplayCheck {
  public:
    /// `until`: no beat after this one is of interest.
    ReplayCheck(LogReader& recorded, std::optional<u64> until);

    /// The next bytes of the run's log. 0, or ECANCELED when no more are wanted. Throws Failure
    /// when the run is another one.
    [[nodiscard]] int take(std::span<const std::byte> bytes);

    [[nodiscard]] ReplayOutcome outcome() const { return outcome_; }
    [[nodiscard]] u64 beats_checked() const { return beats_checked_; }
    /// The last one that was.
    [[nodiscard]] std::optional<u64> last_beat() const { return last_beat_; }
    /// D after it, of the run that is executed.
    [[nodiscard]] Digest digest() const;
    /// Where the two part: the recorded one is A, the replayed one B.
    [[nodiscard]] Comparison difference() const;

  private:
    struct KeptBeat {
        std::vector<std::byte> recorded; ///< empty: there is none
        std::vector<std::byte> replayed;
        Digest chain_before;
        u64 beats_before;
        u64 events_before;
    };

    [[nodiscard]] std::optional<u64> size_of_next() const;
    void take_prologue(std::span<const std::byte> bytes);
    void take_record(std::span<const std::byte> bytes);
    void take_beat(std::span<const std::byte> bytes);
    void take_trailer();
    void keep(std::span<const std::byte> replayed);
    void end_of_recorded(std::span<const std::byte> replayed);
    void end_early();
    [[nodiscard]] bool is_equal(std::span<const std::byte> bytes) const;
    [[nodiscard]] u64 recorded_index() const;
    [[nodiscard]] std::vector<std::byte> window(bool recorded) const;

    LogReader& recorded_;
    const LogBlock* block_; ///< the recorded beat that comes next
    std::optional<u64> until_;
    std::vector<std::byte> buffer_;
    std::size_t begin_ = 0; ///< in `buffer_`, of what was not taken yet
    std::vector<std::byte> prologue_;
    u64 beats_ = 0; ///< executed in the run until here
    u64 events_ = 0;
    Digest chain_{};
    u64 beats_checked_ = 0;
    std::optional<u64> last_beat_;
    ReplayOutcome outcome_ = ReplayOutcome::Running;
    std::deque<KeptBeat> kept_;
};

} // namespace knhk::tools
