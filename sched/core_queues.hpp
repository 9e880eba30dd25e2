// SPDX-License-Identifier: MIT
// A core's slab: one ring a priority level, and the order in which they are served.
#pragma once

#include "base/memory_map.hpp"
#include "sched/limits.hpp"
#include "sched/work_queue.hpp"

namespace knhk {

class CoreQueues {
  public:
    [[nodiscard]] bool push(const Task& task, u32 reserve = 0) {
        switch (task.level) {
        case Level::High:
            return high_.push(task, reserve);
        case Level::Normal:
            return normal_.push(task, reserve);
        case Level::Low:
            return low_.push(task, reserve);
        }
        return false;
    }

    [[nodiscard]] bool push_leaving_reserve(const Task& task) {
        return push(task, spawn_reserve(static_cast<u32>(task.level)));
    }

    [[nodiscard]] bool has_room(u32 level) const { return size(level) < RING_CAPACITY[level]; }

    [[nodiscard]] u32 size(u32 level) const {
        return level == 0 ? high_.size() : level == 1 ? normal_.size() : low_.size();
    }

    [[nodiscard]] bool empty() const { return size(0) + size(1) + size(2) == 0; }

    /// High before Normal before Low.
    [[nodiscard]] bool pop(Task& task) {
        return high_.pop(task) || normal_.pop(task) || low_.pop(task);
    }

    /// The first pop of a beat gives the lower levels a turn, so that nothing starves.
    [[nodiscard]] bool pop_first(Task& task, Beat beat) {
        constexpr u32 LOW_TURN = 0;
        constexpr u32 NORMAL_TURN = 4;
        if (beat.slot() == LOW_TURN && low_.pop(task)) {
            return true;
        }
        if (beat.slot() == NORMAL_TURN && normal_.pop(task)) {
            return true;
        }
        return pop(task);
    }

  private:
    WorkQueue<Task, RING_CAPACITY[0]> high_;
    WorkQueue<Task, RING_CAPACITY[1]> normal_;
    WorkQueue<Task, RING_CAPACITY[2]> low_;
};

static_assert(sizeof(CoreQueues) <= region::core_queues.stride_bytes(CORES_MAX),
              "the rings and their indices fit one slab");

} // namespace knhk
