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
    Barrier<ThreadWaiter> barrier(shared.state, worker, workers, ThreadWaiter{shared.disturbances},
                                  spins);
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
    EXPECT_EQ(shared.state.count.load(), 5000u * 4 << 8) << "nobody is off duty";
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
    Barrier<ThreadWaiter> barrier(shared.state, 0, 1, ThreadWaiter{&disturbances}, 0);
    u64 in_between = 0;
    barrier.arrive([&] { in_between = disturbances.load(); });
    EXPECT_EQ(in_between, 1u);
    EXPECT_EQ(disturbances.load(), 2u);
}

/// A run of crews that come and go, as `crew_after(passage)` says; each of a crew works once in a
/// passage, and nobody else does.
struct CrewRun {
    BarrierState<> state{};
    u32 workers;
    u64 passages;
    u32 (*crew_after)(u64 passage);
    std::atomic<u64>* disturbances = nullptr;
    u64 passage = 1;
    bool is_over = false;
    std::vector<u64> worked_in = std::vector<u64>(workers);
    u64 works = 0;
    u64 wrong = 0;

    void work(u32 worker, u32 spins) {
        Barrier<ThreadWaiter> barrier(state, worker, workers, ThreadWaiter{disturbances}, spins);
        while (!is_over) {
            worked_in[worker] = passage;
            barrier.arrive([&] { end_passage(barrier); });
        }
    }
    void end_passage(Barrier<ThreadWaiter>& barrier) {
        for (u32 worker = 0; worker < workers; ++worker) {
            wrong += (worked_in[worker] == passage) != (worker < barrier.crew());
        }
        works += barrier.crew();
        if (++passage > passages) {
            is_over = true;
            barrier.dismiss();
        } else {
            barrier.set_crew(crew_after(passage));
        }
    }
    void run(u32 spins) {
        std::vector<std::thread> threads;
        for (u32 worker = 0; worker < workers; ++worker) {
            threads.emplace_back([this, worker, spins] { work(worker, spins); });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    }
};

TEST(BarrierCrew, crews_that_change_in_every_passage_work_and_nobody_else_does) {
    for (const u32 spins : {0u, 1000u}) {
        CrewRun run{.workers = 5, .passages = 5000, .crew_after = [](u64 passage) {
                        return static_cast<u32>(1 + passage * passage * 2654435761U % 5);
                    }};
        run.run(spins);
        EXPECT_EQ(run.wrong, 0u);
        EXPECT_EQ(run.state.sleepers.load(), 0u);
        EXPECT_EQ(run.state.off_duty_sleepers.load(), 0u);
    }
}

TEST(BarrierCrew, crew_holds_from_the_passage_after_the_next) {
    CrewRun run{.workers = 4, .passages = 100, .crew_after = [](u64) { return 1U; }};
    run.run(10);
    EXPECT_EQ(run.works, 4u + 4 + 98);
    EXPECT_EQ(run.wrong, 0u);
}

TEST(BarrierCrew, who_is_off_duty_for_most_of_a_run_is_called_when_it_ends) {
    std::atomic<u64> disturbances = 0;
    CrewRun run{.workers = 7,
                .passages = 20'000,
                .crew_after = [](u64) { return 1U; },
                .disturbances = &disturbances};
    run.run(0);
    EXPECT_EQ(run.passage, 20'001u);
    EXPECT_EQ(run.wrong, 0u);
}

TEST(BarrierCrew, nobody_leaves_while_others_come_back) {
    // 1, 4, 1, 4: a wish for fewer is not heard before those who were called have been there.
    CrewRun run{.workers = 4, .passages = 1000, .crew_after = [](u64 passage) {
                    return passage % 2 == 0 ? 1U : 4U;
                }};
    run.run(10);
    EXPECT_EQ(run.wrong, 0u);
    EXPECT_GT(run.works, 1000u);
}

} // namespace
} // namespace knhk
