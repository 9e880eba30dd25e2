// SPDX-License-Identifier: MIT
// OpenMP, as the compiler ships it: tasks that make their successors, and taskloop.
#include "bench/scheduler/peers.hpp"

#ifdef KNHK_BENCH_OPENMP

#include <omp.h>

#include "bench/measure.hpp"

namespace knhk::bench {

namespace {

PeerLane& lane_of_thread(std::vector<PeerLane>& lanes) {
    return lanes[static_cast<std::size_t>(omp_get_thread_num())];
}

/// A team on pinned threads; `produce` is called by one of them, when all are there.
template<class Produce>
double cycles_in_team(u32 threads, u64 tasks, Produce produce) {
    return on_fresh_thread([&] {
        std::vector<PeerLane> lanes(threads);
        double cycles = 0;
#pragma omp parallel num_threads(threads)
        {
            pin_to(static_cast<u32>(omp_get_thread_num()));
#pragma omp barrier
#pragma omp master
            cycles = cycles_of(tasks, [&] { produce(lanes); });
        }
        check_lanes(lanes, tasks);
        return cycles;
    });
}

void run_chain(std::vector<PeerLane>& lanes, u64 value, u64 left) {
    lane_of_thread(lanes).run(value);
    if (left > 1) {
#pragma omp task firstprivate(value, left) shared(lanes)
        run_chain(lanes, value, left - 1);
    }
}

double chains(u32 threads, u64 tasks) {
    return cycles_in_team(threads, tasks, [tasks](std::vector<PeerLane>& lanes) {
#pragma omp taskgroup
        for (u64 chain = 0; chain < PEER_CHAINS; ++chain) {
#pragma omp task firstprivate(chain) shared(lanes)
            run_chain(lanes, chain, peer_chain_tasks(tasks, chain));
        }
    });
}

double single_tasks(u32 threads, u64 tasks) {
    return cycles_in_team(threads, tasks, [tasks](std::vector<PeerLane>& lanes) {
#pragma omp taskgroup
        for (u64 task = 0; task < tasks; ++task) {
#pragma omp task firstprivate(task) shared(lanes)
            lane_of_thread(lanes).run(task);
        }
    });
}

double taskloop(u32 threads, u64 tasks) {
    return cycles_in_team(threads, tasks, [tasks](std::vector<PeerLane>& lanes) {
#pragma omp taskloop shared(lanes)
        for (u64 task = 0; task < tasks; ++task) {
            u64 value = task;
            lane_of_thread(lanes).run(value);
        }
    });
}

} // namespace

std::vector<Peer> openmp_peers() {
    constexpr u64 TASKS = 1'000'000;
    return {
        {"OpenMP task", "by one thread; not queued at all when there is one", "", TASKS,
         single_tasks},
        {"OpenMP task, chains", "each makes its successor", "", TASKS, chains},
        {"OpenMP taskloop", "a loop cut in pieces, no queue for its rounds", "", TASKS, taskloop}};
}

} // namespace knhk::bench

#else

namespace knhk::bench {

std::vector<Peer> openmp_peers() {
    return {{"OpenMP task", "", "not built: the compiler has no OpenMP", 0, {}}};
}

} // namespace knhk::bench

#endif
