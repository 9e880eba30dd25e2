// SPDX-License-Identifier: MIT
// What a checkpoint would hold is a function of the run too: byte for byte, whoever ran it.
#include <gtest/gtest.h>

#include <cstring>

#include "sched/run_state.hpp"
#include "tests/sched/everything.hpp"

namespace knhk {
namespace {

using test::NativeOptions;
using test::RegionSpan;

u32 saved_regions() {
    u32 count = 0;
    for (const Region& region : REGIONS) {
        count += region.checkpoint == RegionCheckpoint::SAVED ? 1u : 0;
    }
    return count;
}

void expect_equal_regions(const RegionSpan& a, const RegionSpan& b, const std::string& what) {
    for (const Region& region : REGIONS) {
        if (region.checkpoint != RegionCheckpoint::SAVED) {
            continue;
        }
        const std::byte* at_a = a.memory().at(region);
        const std::byte* at_b = b.memory().at(region);
        if (std::memcmp(at_a, at_b, region.size_bytes) != 0) {
            u64 first = 0;
            while (at_a[first] == at_b[first]) {
                ++first;
            }
            ADD_FAILURE() << region.name << " differs at byte " << first << ": " << what;
        }
    }
}

struct Case {
    u32 cores;
    bool stealing;
};

class SavedRegions : public testing::TestWithParam<Case> {};

TEST_P(SavedRegions, are_byte_equal_at_the_end_of_a_run_whoever_ran_it) {
    NativeOptions options = test::everything(GetParam().cores, 3);
    options.stealing = GetParam().stealing;
    const RegionSpan one;
    const Digest digest = test::run_native(options, one).digest;
    for (const u32 workers : {1u, 2u, 3u, 8u}) {
        for (const Claiming claiming : {Claiming::Static, Claiming::Dynamic}) {
            for (const u64 chaos : {0u, 11u + workers}) {
                options.workers = workers;
                options.claiming = claiming;
                options.chaos_seed = chaos;
                const RegionSpan other;
                ASSERT_EQ(test::run_native(options, other).digest, digest);
                expect_equal_regions(one, other,
                                     std::to_string(workers) + " workers, chaos " +
                                         std::to_string(chaos) + ", claiming " +
                                         std::to_string(static_cast<u32>(claiming)));
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Runs, SavedRegions,
                         testing::Values(Case{8, false}, Case{8, true}, Case{64, true},
                                         Case{256, false}));

TEST(SavedRegions, what_is_compared_is_the_state_of_a_run) {
    EXPECT_GE(saved_regions(), 8u);
    const RegionSpan span;
    (void)test::run_native(test::everything(8, 3), span);
    const auto* state = span.memory().as<RunState>(region::scheduler);
    EXPECT_EQ(state->magic, RUN_STATE_MAGIC);
    EXPECT_EQ(state->finished, 1u);
    EXPECT_GT(state->beats_executed, 50u);
    EXPECT_NE(state->step.previous, Digest{});
    for (const Region* region :
         {&region::core_queues, &region::ordered_queue, &region::clocks, &region::warm_queues,
          &region::mailboxes, &region::state_slabs, &region::latencies, &region::scheduler}) {
        EXPECT_EQ(region->checkpoint, RegionCheckpoint::SAVED) << region->name;
        const std::byte* bytes = span.memory().at(*region);
        EXPECT_TRUE(std::any_of(bytes, bytes + region->size_bytes,
                                [](std::byte byte) { return byte != std::byte{0}; }))
            << region->name << " was used";
    }
}

TEST(SavedRegions, another_seed_leaves_other_bytes) {
    const RegionSpan one;
    const RegionSpan other;
    NativeOptions options = test::everything(8, 3);
    const Digest digest = test::run_native(options, one).digest;
    options.seed = 4;
    EXPECT_NE(test::run_native(options, other).digest, digest);
    EXPECT_NE(std::memcmp(one.memory().at(region::clocks), other.memory().at(region::clocks),
                          region::clocks.size_bytes),
              0);
}

} // namespace
} // namespace knhk
