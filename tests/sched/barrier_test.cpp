// SPDX-License-Identifier: MIT
// The barrier: everybody waits, one works alone, nobody is left asleep.
#include "sched/barrier.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace knhk {
namespace {

struct ThreadWaiter {
    std::atomic<u64>* disturbances = nullptr;

    void disturb() const {
        if (disturbances != nullptr) {
            ++*disturbances;
            std::this_thread::yield();
        }
    }
    void pause() const {}
    void wait(std::atomic<u32>& word, u32 expected) const { word.wait(expected); }
    void wake(std::atomic<u32>& word) const { word.notify_all(); }
};

struct Shared {
    BarrierState<> state{};
    u64 contributions[8] = {};
    u64 sum = 0;
    u64 passages = 0;
    std::atomic<u64>* disturbances = nullptr;
};

/// Each worker contributes its number of the passage; the last one sums, alone; all check the sum.
void work(Shared& shared, u32 worker, u32 workers, u64 passages, u32 spins, u64& wrong) {
    Barrier<ThreadWaiter> barrier(shared.state, workers, ThreadWaiter{shared.disturbances}, spins);
    for (u64 passage = 1; passage <= passages; ++passage) {
        shared.contributions[worker] = passage * (worker + 1);
        barrier.arrive([&] {
            shared.sum = 0;
            for (u32 w = 0; w < workers; ++w) {
                shared.sum += shared.contributions[w];
            }
            ++shared.passages;
        });
        wrong += shared.sum != passage * workers * (workers + 1) / 2 ? 1 : 0;
    }
}

u64 wrong_sums(Shared& shared, u32 workers, u64 passages, u32 spins) {
    std::vector<u64> wrong(workers);
    std::vector<std::thread> threads;
    for (u32 worker = 0; worker < workers; ++worker) {
        threads.emplace_back(
            [&, worker] { work(shared, worker, workers, passages, spins, wrong[worker]); });
    }
    u64 total = 0;
    for (u32 worker = 0; worker < workers; ++worker) {
        threads[worker].join();
        total += wrong[worker];
    }
    return total;
}

TEST(Barrier, one_worker_passes_alone) {
    Shared shared;
    EXPECT_EQ(wrong_sums(shared, 1, 1000, 0), 0u);
    EXPECT_EQ(shared.passages, 1000u);
}

TEST(Barrier, polling_workers_agree_on_each_passage) {
    Shared shared;
    EXPECT_EQ(wrong_sums(shared, 2, 20'000, 100'000), 0u);
    EXPECT_EQ(shared.passages, 20'000u);
}

TEST(Barrier, sleeping_workers_above_the_number_of_cpus_are_always_woken) {
    Shared shared;
    EXPECT_EQ(wrong_sums(shared, 7, 3000, 0), 0u);
    EXPECT_EQ(shared.passages, 3000u);
    EXPECT_EQ(shared.state.sleepers.load(), 0u);
}

TEST(Barrier, each_passage_counts_every_worker_and_one_release) {
    Shared shared;
    EXPECT_EQ(wrong_sums(shared, 3, 5000, 50), 0u);
    EXPECT_EQ(shared.state.count.load(), 5000u * 4);
}

TEST(Barrier, workers_that_are_disturbed_where_they_meet_agree_all_the_same) {
    std::atomic<u64> disturbances = 0;
    Shared shared;
    shared.disturbances = &disturbances;
    EXPECT_EQ(wrong_sums(shared, 3, 2000, 0), 0u);
    EXPECT_EQ(shared.passages, 2000u);
    EXPECT_GE(disturbances.load(), 2000u * 4) << "before each arrival, and before each release";
    EXPECT_LE(disturbances.load(), 2000u * 6) << "and before each sleep";
}

TEST(Barrier, worker_is_disturbed_before_it_arrives_and_before_it_releases) {
    Shared shared;
    std::atomic<u64> disturbances = 0;
    Barrier<ThreadWaiter> barrier(shared.state, 1, ThreadWaiter{&disturbances}, 0);
    u64 in_between = 0;
    barrier.arrive([&] { in_between = disturbances.load(); });
    EXPECT_EQ(in_between, 1u);
    EXPECT_EQ(disturbances.load(), 2u);
}

} // namespace
} // namespace knhk
