// SPDX-License-Identifier: MIT
// Runs in which tasks do everything that they can: one log for every number of workers, however
// they claim cores, and however they are disturbed.
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "tests/sched/everything.hpp"

namespace knhk {
namespace {

using test::NativeOptions;
using test::NativeResult;
using test::run_native;

void expect_same_log(NativeOptions options) {
    const NativeResult one = run_native(options);
    EXPECT_GT(one.tasks, 20u * options.cores);
    u64 chaos = options.seed;
    for (const u32 workers : {1u, 2u, 3u, 5u, 8u}) {
        for (const Claiming claiming : {Claiming::Static, Claiming::Dynamic}) {
            options.workers = workers;
            options.claiming = claiming;
            options.chaos_seed = chaos++ % 2 == 0 ? 0 : chaos;
            const NativeResult several = run_native(options);
            ASSERT_EQ(several.digest, one.digest)
                << options.cores << " cores, " << workers << " workers, claiming "
                << static_cast<u32>(claiming) << ", chaos " << options.chaos_seed;
            ASSERT_TRUE(several.log == one.log);
        }
    }
}

class RandomRuns : public testing::TestWithParam<u32> {};

TEST_P(RandomRuns, log_is_the_same_for_every_number_of_workers_claiming_and_chaos) {
    expect_same_log(test::everything(GetParam(), 5));
}

TEST_P(RandomRuns, log_is_the_same_when_idle_cores_steal) {
    NativeOptions options = test::everything(GetParam(), 6);
    options.stealing = true;
    expect_same_log(options);
}

TEST_P(RandomRuns, chaos_of_every_seed_gives_the_same_log) {
    NativeOptions options = test::everything(GetParam(), 7);
    const NativeResult undisturbed = run_native(options);
    options.workers = 3;
    options.claiming = Claiming::Dynamic;
    for (u64 seed = 1; seed <= 6; ++seed) {
        options.chaos_seed = seed;
        ASSERT_TRUE(run_native(options).log == undisturbed.log) << "chaos " << seed;
    }
}

INSTANTIATE_TEST_SUITE_P(Cores, RandomRuns, testing::Values(8, 64, 256));

TEST(RandomRuns, workload_of_these_tests_uses_everything) {
    std::array<u64, 16> kinds{};
    std::array<u64, 16> statuses{};
    std::array<u64, 4> lines{};
    for (const u32 cores : {8u, 64u, 256u}) {
        NativeOptions options = test::everything(cores, 6);
        options.stealing = true;
        for (const auto& beat : test::beats_of(run_native(options).log)) {
            for (const Event& event : beat.events) {
                ++kinds[event.kind];
                statuses[event.status] +=
                    event.kind == static_cast<u8>(EventKind::TaskExecuted) ? 1u : 0;
                lines[event.status % 4] +=
                    event.kind == static_cast<u8>(EventKind::TaskEnqueued) ? 1u : 0;
            }
        }
    }
    for (u32 kind = 1; kind <= 5; ++kind) {
        EXPECT_GT(kinds[kind], 0u) << "kind " << kind;
    }
    for (u32 status = 0; status <= 9; ++status) {
        EXPECT_GT(statuses[status], 0u) << "status " << status;
    }
    for (const u64 entered : lines) {
        EXPECT_GT(entered, 0u);
    }
}

TEST(RandomRuns, cores_events_ascend_and_no_time_is_used_twice) {
    NativeOptions options = test::everything(64, 8);
    options.stealing = true;
    u64 latest_before = 0;
    for (const auto& beat : test::beats_of(run_native(options).log)) {
        std::map<u16, u64> last;
        u64 latest = latest_before;
        ASSERT_GE(beat.header.start_time, latest_before);
        for (const Event& event : beat.events) {
            u64& of_core = last[event.core];
            ASSERT_GT(event.timestamp, of_core);
            ASSERT_GT(event.timestamp, beat.header.start_time);
            of_core = event.timestamp;
            latest = std::max(latest, of_core);
        }
        latest_before = latest;
    }
}

TEST(RandomRuns, seed_cores_latencies_and_stealing_change_the_log) {
    const NativeOptions options = test::everything(64, 8);
    const Digest digest = run_native(options).digest;
    NativeOptions other = options;
    other.seed = 9;
    EXPECT_NE(run_native(other).digest, digest);
    EXPECT_NE(run_native(test::everything(32, 8)).digest, digest);
    other = options;
    other.latencies = nullptr;
    EXPECT_NE(run_native(other).digest, digest);
    other = options;
    other.stealing = true;
    EXPECT_NE(run_native(other).digest, digest);
}

} // namespace
} // namespace knhk
