// SPDX-License-Identifier: MIT
#include "tools/views/epoch_walk.hpp"

#include "replay/chain.hpp"

namespace knhk::tools {

/// What was before a resumed log is known only when its first record was read.
void EpochWalk::start() {
    has_started_ = true;
    if (log_->resumed()) {
        index_ = log_->resumed()->epochs;
        beats_ = log_->resumed()->beats;
        events_ = log_->resumed()->events;
    }
}

EpochLeaf EpochWalk::leaf() {
    return {index_++, beats_, events_, run_digest(log_->prologue().header.identity_hash, chain_)};
}

std::optional<EpochLeaf> EpochWalk::before(const LogBeat& beat) {
    if (!has_started_) {
        start();
    }
    std::optional<EpochLeaf> ended;
    if (last_beat_ && *last_beat_ / EPOCH_BEATS != beat.beat / EPOCH_BEATS) {
        ended = leaf();
    }
    last_beat_ = beat.beat;
    chain_ = beat.chain;
    ++beats_;
    events_ += beat.event_count;
    return ended;
}

std::optional<EpochLeaf> EpochWalk::at_end() {
    const bool has_one = last_beat_ && log_->ending() == LogEnding::Whole;
    last_beat_.reset();
    return has_one ? std::optional(leaf()) : std::nullopt;
}

} // namespace knhk::tools
