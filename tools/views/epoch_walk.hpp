// SPDX-License-Identifier: MIT
// Tells where the epochs of a log end, and what the lockchain took in there (docs/log-format.md,
// Epoch), from the beats alone.
#pragma once

#include <optional>

#include "replay/lockchain.hpp"
#include "tools/log/log_reader.hpp"

namespace knhk::tools {

inline constexpr u64 EPOCH_BEATS = 8;

class EpochWalk {
  public:
    explicit EpochWalk(const LogReader& log) : log_(&log) {}

    /// For each beat in turn: the epoch that ended before it, if one did.
    [[nodiscard]] std::optional<EpochLeaf> before(const LogBeat& beat);
    /// After the last beat: the epoch that ended with the run. A log without a trailer has none.
    [[nodiscard]] std::optional<EpochLeaf> at_end();
    /// Which will end next.
    [[nodiscard]] u64 index() const { return index_; }

  private:
    void start();
    [[nodiscard]] EpochLeaf leaf();

    const LogReader* log_;
    bool has_started_ = false;
    std::optional<u64> last_beat_;
    Digest chain_{};
    u64 index_ = 0;
    u64 beats_ = 0;
    u64 events_ = 0;
};

} // namespace knhk::tools
