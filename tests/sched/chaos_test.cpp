// SPDX-License-Identifier: MIT
// Seeded disturbance: what it does to the machine is a function of seed and worker.
#include "sched/chaos.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sched/host.hpp"

namespace knhk {
namespace {

std::string calls_;

const Host RECORDER{.pause = [] { calls_ += 'p'; }, .relax = [] { calls_ += 'r'; }};

/// What so many points in a row did: the calls of each, and a comma.
std::string disturbances(u64 seed, u32 worker, u32 points = 2000) {
    calls_.clear();
    Chaos chaos(seed, worker, RECORDER);
    for (u32 i = 0; i < points; ++i) {
        chaos.disturb();
        calls_ += ',';
    }
    return calls_;
}

u32 count_of(const std::string& text, const std::string& part) {
    u32 count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

TEST(Chaos, seed_0_and_no_seed_disturb_nothing) {
    for (const u32 worker : {0u, 1u, 255u}) {
        EXPECT_EQ(disturbances(0, worker), std::string(2000, ','));
    }
    calls_.clear();
    Chaos().disturb();
    EXPECT_EQ(calls_, "");
}

TEST(Chaos, other_seeds_delay_yield_and_stall_at_some_points_and_leave_most_alone) {
    for (const u64 seed : {u64{1}, u64{2}, u64{1} << 63, ~u64{0}}) {
        const std::string calls = ',' + disturbances(seed, 3);
        EXPECT_NE(calls.find(",ppppp"), std::string::npos) << "a delay";
        EXPECT_GT(count_of(calls, ",r,"), 50u) << "yields are more frequent than stalls";
        EXPECT_NE(calls.find(",rrr"), std::string::npos) << "a stall";
        EXPECT_EQ(calls.find("pr"), std::string::npos) << "one of them at a point";
        EXPECT_EQ(calls.find("rp"), std::string::npos);
        EXPECT_GT(count_of(calls, ",,"), 1000u);
        EXPECT_LT(count_of(calls, ",,"), 1800u);
    }
}

TEST(Chaos, delays_and_stalls_are_bounded) {
    const std::string calls = disturbances(5, 0, 100'000);
    EXPECT_EQ(calls.find(std::string(64, 'p')), std::string::npos);
    EXPECT_EQ(calls.find(std::string(32, 'r')), std::string::npos);
    EXPECT_NE(calls.find(std::string(60, 'p')), std::string::npos);
}

TEST(Chaos, a_long_run_is_not_made_of_sleep) {
    constexpr u32 POINTS = 1'000'000;
    const std::string calls = disturbances(9, 1, POINTS);
    const std::size_t half = calls.size() / 2;
    const u32 sleeps = count_of(calls, "r");
    EXPECT_GT(count_of(calls.substr(half), "r"), 0u) << "they never end";
    EXPECT_LT(count_of(calls.substr(half), "r"), sleeps / 2);
    EXPECT_LT(sleeps, POINTS / 50);
}

TEST(Chaos, same_seed_and_worker_make_the_same_calls) {
    EXPECT_EQ(disturbances(77, 2), disturbances(77, 2));
}

TEST(Chaos, workers_and_seeds_differ) {
    std::set<std::string> all;
    for (u64 seed = 1; seed <= 10; ++seed) {
        for (u32 worker = 0; worker < 10; ++worker) {
            all.insert(disturbances(seed, worker));
        }
    }
    EXPECT_EQ(all.size(), 100u);
}

} // namespace
} // namespace knhk
