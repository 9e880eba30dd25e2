// SPDX-License-Identifier: MIT
// The canonical order within a beat: a merge that agrees with a sort.
#include "tools/views/beat_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace knhk::tools {
namespace {

/// A block's entries and events; the block only looks at them.
struct OwnedBlock {
    std::vector<LogCore> cores;
    std::vector<Event> events;

    [[nodiscard]] LogBlock view() const {
        LogBlock block{};
        block.cores = cores;
        block.events = events;
        return block;
    }
};

OwnedBlock block_of(const std::vector<std::vector<u64>>& times) {
    OwnedBlock block;
    for (std::size_t core = 0; core < times.size(); ++core) {
        if (times[core].empty()) {
            continue;
        }
        block.cores.push_back(
            {static_cast<u16>(core), 0, static_cast<u32>(times[core].size()), {}});
        for (const u64 time : times[core]) {
            block.events.push_back({time, 0, 0, 0, static_cast<u16>(core), 1, 0});
        }
    }
    return block;
}

std::vector<std::pair<u64, u16>> ordered(const OwnedBlock& block) {
    BeatOrder order;
    std::vector<std::pair<u64, u16>> keys;
    for (const u32 position : order.of(block.view())) {
        keys.emplace_back(block.events.at(position).timestamp, block.events.at(position).core);
    }
    return keys;
}

TEST(BeatOrder, equal_timestamps_come_in_order_of_core) {
    using Keys = std::vector<std::pair<u64, u16>>;
    EXPECT_EQ(ordered(block_of({{3, 4}, {}, {1, 3}, {3}})),
              (Keys{{1, 2}, {3, 0}, {3, 2}, {3, 3}, {4, 0}}));
}

TEST(BeatOrder, beat_without_events_has_no_order) {
    EXPECT_TRUE(ordered(block_of({})).empty());
}

TEST(BeatOrder, merge_of_any_number_of_cores_is_a_sort) {
    std::mt19937_64 random(7);
    for (std::size_t cores = 1; cores <= 256; cores = cores * 3 / 2 + 1) {
        std::vector<std::vector<u64>> times(cores);
        for (auto& of_core : times) {
            u64 time = random() % 8;
            for (u64 count = random() % 40; count > 0; --count) {
                of_core.push_back(time += 1 + random() % 5);
            }
        }
        const OwnedBlock block = block_of(times);
        auto keys = ordered(block);
        EXPECT_EQ(keys.size(), block.events.size());
        EXPECT_TRUE(std::ranges::is_sorted(keys)) << cores << " cores";
        EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
    }
}

TEST(BeatOrder, events_of_a_damaged_beat_stand_there_once_each) {
    const OwnedBlock block = block_of({{~u64{0}}, {5, 1, 0}, {~u64{0}, ~u64{0}}, {9, 2}});
    BeatOrder order;
    const auto positions = order.of(block.view());
    std::vector<u32> sorted(positions.begin(), positions.end());
    std::ranges::sort(sorted);
    for (u32 i = 0; i < sorted.size(); ++i) {
        EXPECT_EQ(sorted[i], i);
    }
}

} // namespace
} // namespace knhk::tools
