// SPDX-License-Identifier: MIT
// A core's tasks that are ready to run: one ring a priority level in its slab, the warm ring behind
// them, and the order in which they are served.
#pragma once

#include <cstring>

#include "base/check.hpp"
#include "base/memory_map.hpp"
#include "sched/limits.hpp"
#include "sched/work_queue.hpp"

namespace knhk {

/// In region::core_queues.
struct CoreQueues {
    WorkQueue<Task, RING_CAPACITY[0]> high;
    WorkQueue<Task, RING_CAPACITY[1]> normal;
    WorkQueue<Task, RING_CAPACITY[2]> low;
};
static_assert(sizeof(CoreQueues) <= region::core_queues.stride_bytes(CORES_MAX),
              "the rings and their indices fit one slab");

/// In region::warm_queues: tasks parked for their second run.
using WarmQueue = WorkQueue<Task, WARM_CAPACITY>;
static_assert(sizeof(WarmQueue) <= region::warm_queues.stride_bytes(CORES_MAX));

/// A task that was taken to run, and from where.
struct ReadyTask {
    Task task;
    bool warm;
};

class ReadyTasks {
  public:
    ReadyTasks() = default;
    ReadyTasks(const Memory& memory, u32 core)
        : rings_(reinterpret_cast<CoreQueues*>(memory.share(region::core_queues, core, CORES_MAX))),
          warm_(reinterpret_cast<WarmQueue*>(memory.share(region::warm_queues, core, CORES_MAX))) {}

    void clear() {
        std::memset(static_cast<void*>(rings_), 0, sizeof *rings_);
        std::memset(static_cast<void*>(warm_), 0, sizeof *warm_);
    }

    [[nodiscard]] bool push(const Task& task, u32 reserve = 0) {
        switch (task.level) {
        case Level::High:
            return rings_->high.push(task, reserve);
        case Level::Normal:
            return rings_->normal.push(task, reserve);
        case Level::Low:
            return rings_->low.push(task, reserve);
        }
        return false;
    }
    [[nodiscard]] bool push_leaving_reserve(const Task& task) {
        return push(task, spawn_reserve(static_cast<u32>(task.level)));
    }
    /// False when the warm ring is full.
    [[nodiscard]] bool park(const Task& task) { return warm_->push(task); }

    [[nodiscard]] bool has_room(u32 level) const { return size(level) < RING_CAPACITY[level]; }
    [[nodiscard]] u32 size(u32 level) const {
        return level == 0 ? rings_->high.size()
                          : (level == 1 ? rings_->normal.size() : rings_->low.size());
    }
    [[nodiscard]] bool empty() const { return size(0) + size(1) + size(2) + warm_->size() == 0; }

    /// High before Normal before Low before the warm ring.
    [[nodiscard]] bool take(ReadyTask& to) {
        to.warm = false;
        return rings_->high.pop(to.task) || rings_->normal.pop(to.task) ||
               rings_->low.pop(to.task) || take_warm(to);
    }

    /// The first of a beat gives the others a turn, so that nothing starves.
    [[nodiscard]] bool take_first(ReadyTask& to, Beat beat) {
        constexpr u32 LOW_TURN = 0;
        constexpr u32 WARM_TURN = 2;
        constexpr u32 NORMAL_TURN = 4;
        to.warm = false;
        switch (beat.slot()) {
        case LOW_TURN:
            return rings_->low.pop(to.task) || take(to);
        case WARM_TURN:
            return take_warm(to) || take(to);
        case NORMAL_TURN:
            return rings_->normal.pop(to.task) || take(to);
        default:
            return take(to);
        }
    }

    /// Stateless tasks at the head of the Normal ring: what thieves may take.
    [[nodiscard]] u32 spare() const {
        const u32 size = rings_->normal.size();
        u32 count = 0;
        while (count < size && count < STEAL_SPARE_MAX && rings_->normal.peek(count).stateless()) {
            ++count;
        }
        return count;
    }
    /// Moves the first `count` tasks of this core's Normal ring to a thief's, in order.
    void give(ReadyTasks& thief, u32 count) {
        Task task;
        for (u32 i = 0; i < count; ++i) {
            const bool moved = rings_->normal.pop(task) && thief.rings_->normal.push(task);
            KNHK_CHECK(moved, i);
        }
    }
    [[nodiscard]] const Task& peek_normal(u32 index) const { return rings_->normal.peek(index); }

  private:
    [[nodiscard]] bool take_warm(ReadyTask& to) {
        to.warm = warm_->pop(to.task);
        return to.warm;
    }

    CoreQueues* rings_ = nullptr;
    WarmQueue* warm_ = nullptr;
};

} // namespace knhk
