// SPDX-License-Identifier: MIT
#include "tools/views/beat_order.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

namespace knhk::tools {

namespace {

/// Comes after every event, even one of a damaged log.
constexpr u64 NOTHING_LEFT = std::numeric_limits<u64>::max();

} // namespace

std::span<const u32> BeatOrder::of(const LogBlock& block) {
    order_.resize(block.events.size());
    if (block.cores.size() <= 1) {
        std::iota(order_.begin(), order_.end(), 0u);
        return order_;
    }
    build(block);
    for (u32& position : order_) {
        const u32 leaf = winners_[1];
        position = next_[leaf]++;
        take(block.events, leaf);
        replay(leaf);
    }
    return order_;
}

void BeatOrder::build(const LogBlock& block) {
    leaves_ = std::bit_ceil(static_cast<u32>(block.cores.size()));
    keys_.assign(leaves_, NOTHING_LEFT);
    next_.assign(leaves_, 0);
    end_.assign(leaves_, 0);
    winners_.assign(leaves_, 0);
    u32 position = 0;
    for (u32 leaf = 0; leaf < block.cores.size(); ++leaf) {
        next_[leaf] = position;
        position += block.cores[leaf].event_count;
        end_[leaf] = position;
        take(block.events, leaf);
    }
    for (u32 node = leaves_ - 1; node > 0; --node) {
        const u32 left = winner_below(2 * node);
        const u32 right = winner_below(2 * node + 1);
        winners_[node] = keys_[left] <= keys_[right] ? left : right;
    }
}

/// The leaf's next event becomes its key.
void BeatOrder::take(std::span<const Event> events, u32 leaf) {
    const u32 position = next_[leaf];
    keys_[leaf] = position == end_[leaf] ? NOTHING_LEFT
                                         : std::min(events[position].timestamp, NOTHING_LEFT - 1);
}

/// On equal timestamps the lower core, which is the left one, comes first.
void BeatOrder::replay(u32 leaf) {
    for (u32 node = (leaf + leaves_) / 2; node > 0; node /= 2) {
        const u32 left = winner_below(2 * node);
        const u32 right = winner_below(2 * node + 1);
        winners_[node] = keys_[left] <= keys_[right] ? left : right;
    }
}

} // namespace knhk::tools
