// SPDX-License-Identifier: MIT
// The pool that people write first: threads, one queue, a mutex and a condition variable.
#include <condition_variable>
#include <deque>
#include <mutex>

#include "bench/measure.hpp"
#include "bench/scheduler/peers.hpp"

namespace knhk::bench {

namespace {

struct PoolTask {
    void (*run)(PeerLane&, u64&);
    u64 value;
    u64 left;
};

void run_task(PeerLane& lane, u64& value) {
    lane.run(value);
}

class Pool {
  public:
    explicit Pool(u64 tasks) : open_(PEER_CHAINS) {
        for (u64 chain = 0; chain < PEER_CHAINS; ++chain) {
            tasks_.push_back({run_task, chain, peer_chain_tasks(tasks, chain)});
        }
    }

    void work(PeerLane& lane) {
        PoolTask task{};
        while (take(task)) {
            task.run(lane, task.value);
            if (--task.left != 0) {
                put(task);
            } else {
                close_chain();
            }
        }
    }

  private:
    /// False when all chains are over.
    bool take(PoolTask& to) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !tasks_.empty() || open_ == 0; });
        if (tasks_.empty()) {
            return false;
        }
        to = tasks_.front();
        tasks_.pop_front();
        return true;
    }
    void put(const PoolTask& task) {
        {
            const std::lock_guard lock(mutex_);
            tasks_.push_back(task);
        }
        changed_.notify_one();
    }
    void close_chain() {
        const std::lock_guard lock(mutex_);
        if (--open_ == 0) {
            changed_.notify_all();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<PoolTask> tasks_;
    u32 open_; ///< chains that are not over
};

double chains(u32 threads, u64 tasks) {
    Pool pool(tasks);
    std::vector<PeerLane> lanes(threads);
    const u64 cycles = cycles_together(threads, [&](u32 thread) { pool.work(lanes[thread]); });
    check_lanes(lanes, tasks);
    return static_cast<double>(cycles) / static_cast<double>(tasks);
}

} // namespace

std::vector<Peer> pool_peers() {
    constexpr u64 TASKS = 300'000;
    return {{"mutex pool", "std::deque, one mutex, one condition variable", "", TASKS, chains}};
}

} // namespace knhk::bench
