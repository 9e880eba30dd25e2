// SPDX-License-Identifier: MIT
// The barrier: everybody waits, one works alone, nobody is left asleep.
#include "sched/barrier.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace knhk {
namespace {

struct ThreadWaiter {
    void pause() const {}
    void wait(std::atomic<u32>& word, u32 expected) const { word.wait(expected); }
    void wake(std::atomic<u32>& word) const { word.notify_all(); }
};

struct Shared {
    BarrierState<> state{};
    u64 contributions[8] = {};
    u64 sum = 0;
    u64 passages = 0;
};

/// Each worker contributes its number of the passage; the last one sums, alone; all check the sum.
void work(Shared& shared, u32 worker, u32 workers, u64 passages, u32 spins, u64& wrong) {
    Barrier<ThreadWaiter> barrier(shared.state, workers, ThreadWaiter{}, spins);
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

} // namespace
} // namespace knhk
