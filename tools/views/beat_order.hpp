// SPDX-License-Identifier: MIT
// The canonical order of a beat's events: by timestamp, then by core. The cores' events ascend
// each, so this is a merge.
#pragma once

#include <span>
#include <vector>

#include "tools/log/log_reader.hpp"

namespace knhk::tools {

class BeatOrder {
  public:
    /// Positions in `block.events`, valid until the next call. Each stands there once, whatever a
    /// damaged log has for timestamps.
    [[nodiscard]] std::span<const u32> of(const LogBlock& block);

  private:
    void build(const LogBlock& block);
    void take(std::span<const Event> events, u32 leaf);
    void replay(u32 leaf);
    [[nodiscard]] u32 winner_below(u32 node) const {
        return node >= leaves_ ? node - leaves_ : winners_[node];
    }

    // A tournament: each leaf is a core, each inner node knows which leaf below it comes first.
    u32 leaves_ = 0; ///< a power of two
    std::vector<u64> keys_;
    std::vector<u32> next_; ///< of each leaf, in the block's events
    std::vector<u32> end_;
    std::vector<u32> winners_;
    std::vector<u32> order_;
};

} // namespace knhk::tools
