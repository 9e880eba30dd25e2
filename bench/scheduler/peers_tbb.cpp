// SPDX-License-Identifier: MIT
// oneTBB: a task_group in an arena of pinned threads.
#include "bench/scheduler/peers.hpp"

#ifdef KNHK_BENCH_TBB

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>
#include <tbb/task_scheduler_observer.h>

#include "bench/measure.hpp"

namespace knhk::bench {

namespace {

class PinEachThread : public tbb::task_scheduler_observer {
  public:
    explicit PinEachThread(tbb::task_arena& arena) : tbb::task_scheduler_observer(arena) {
        observe(true);
    }
    PinEachThread(const PinEachThread&) = delete;
    PinEachThread& operator=(const PinEachThread&) = delete;
    ~PinEachThread() override { observe(false); }
    void on_scheduler_entry(bool /*is_worker*/) override {
        pin_to(static_cast<u32>(tbb::this_task_arena::current_thread_index()));
    }
};

struct Group {
    tbb::task_group tasks;
    std::vector<PeerLane> lanes;

    void run_chain(u64 value, u64 left) {
        lanes[static_cast<std::size_t>(tbb::this_task_arena::current_thread_index())].run(value);
        if (left > 1) {
            tasks.run([this, value, left] { run_chain(value, left - 1); });
        }
    }
};

double chains(u32 threads, u64 tasks) {
    return on_fresh_thread([&] {
        const tbb::global_control width(tbb::global_control::max_allowed_parallelism, threads);
        tbb::task_arena arena(static_cast<int>(threads));
        const PinEachThread pin(arena);
        Group group{{}, std::vector<PeerLane>(threads)};
        const double cycles = arena.execute([&] {
            return cycles_of(tasks, [&] {
                for (u64 chain = 0; chain < PEER_CHAINS; ++chain) {
                    group.tasks.run([&group, chain, tasks] {
                        group.run_chain(chain, peer_chain_tasks(tasks, chain));
                    });
                }
                group.tasks.wait();
            });
        });
        check_lanes(group.lanes, tasks);
        return cycles;
    });
}

} // namespace

std::vector<Peer> tbb_peers() {
    constexpr u64 TASKS = 300'000;
    return {{"oneTBB task_group", "each task makes its successor", "", TASKS, chains}};
}

} // namespace knhk::bench

#else

namespace knhk::bench {

std::vector<Peer> tbb_peers() {
    return {{"oneTBB task_group", "", "not built: libtbb-dev is missing", 0, {}}};
}

} // namespace knhk::bench

#endif
