// SPDX-License-Identifier: MIT
// A core's tasks that are ready to run: one ring a priority level in its slab, the warm ring behind
// them, and the order in which they are served.
#pragma once

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

/// How a task is run: from a ring, from the warm ring, as one of the ordered part, or as a fiber of
/// C1.
enum class RunMode : u8 { Hot, Warm, Ordered, Cold };

/// A task that was taken to run.
struct ReadyTask {
    const Task* task; ///< null: there is none
    RunMode mode;
};

/// The rings of one core, which has both ends of them: whoever runs it.
class ReadyTasks {
  public:
    ReadyTasks() = default;
    ReadyTasks(const Memory& memory, u32 core)
        : rings_(reinterpret_cast<CoreQueues*>(memory.share(region::core_queues, core, CORES_MAX))),
          warm_(reinterpret_cast<WarmQueue*>(memory.share(region::warm_queues, core, CORES_MAX))) {}

    /// False when there is no room.
    [[nodiscard]] bool push(const Task& task) { return put(slot<0>(task.level), task); }
    /// Where a task that is spawned at home goes, to be written at once; null when that would take
    /// from the reserve that its level leaves to arrivals.
    [[nodiscard]] Task* slot_leaving_reserve(Level level) { return slot<1>(level); }
    /// False when the warm ring is full.
    [[nodiscard]] bool park(const Task& task) { return put(warm_->push_alone(), task); }

    /// This core's turn comes soon.
    void expect() const {
        rings_->high.expect();
        rings_->normal.expect();
        rings_->low.expect();
        warm_->expect();
    }

    /// Its turn is now. As far as the processor's own guesses need help (bench: growth with cores).
    void expect_tasks() const {
        constexpr u32 TASKS = 16;
        rings_->normal.expect_items(TASKS);
    }

    [[nodiscard]] bool has_room(u32 level) const { return size(level) < RING_CAPACITY[level]; }
    [[nodiscard]] u32 size(u32 level) const {
        return level == 0 ? rings_->high.size()
                          : (level == 1 ? rings_->normal.size() : rings_->low.size());
    }
    [[nodiscard]] bool empty() const { return size(0) + size(1) + size(2) + warm_->size() == 0; }

    // A task that was taken stays in its slot while it runs: what it spawns leaves a reserve, so no
    // push comes to that slot before, and what runs from the warm ring parks nothing.

    /// High before Normal before Low; null when there is none.
    [[nodiscard]] const Task* take() {
        const Task* task = rings_->high.pop_alone();
        if (task == nullptr) {
            task = rings_->normal.pop_alone();
        }
        return task != nullptr ? task : rings_->low.pop_alone();
    }
    [[nodiscard]] ReadyTask take_warm() { return {warm_->pop_alone(), RunMode::Warm}; }

    /// From the ring whose turn it is in this beat, if any.
    [[nodiscard]] ReadyTask take_turn(Beat beat) {
        constexpr u32 LOW_TURN = 0;
        constexpr u32 WARM_TURN = 2;
        constexpr u32 NORMAL_TURN = 4;
        switch (beat.slot()) {
        case LOW_TURN:
            return {rings_->low.pop_alone(), RunMode::Hot};
        case WARM_TURN:
            return take_warm();
        case NORMAL_TURN:
            return {rings_->normal.pop_alone(), RunMode::Hot};
        default:
            return {nullptr, RunMode::Hot};
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
        for (u32 i = 0; i < count; ++i) {
            const Task* task = rings_->normal.pop_alone();
            const bool moved = task != nullptr && put(thief.rings_->normal.push_alone(), *task);
            KNHK_CHECK(moved, i);
        }
    }
    [[nodiscard]] const Task& peek_normal(u32 index) const { return rings_->normal.peek(index); }

  private:
    [[nodiscard]] static bool put(Task* slot, const Task& task) {
        if (slot != nullptr) {
            *slot = task;
        }
        return slot != nullptr;
    }

    /// `reserves`: 1 leaves the level's reserve, 0 nothing.
    template<u32 reserves>
    [[nodiscard]] Task* slot(Level level) {
        switch (level) {
        case Level::High:
            return rings_->high.push_alone(reserves * spawn_reserve(0));
        case Level::Normal:
            return rings_->normal.push_alone(reserves * spawn_reserve(1));
        case Level::Low:
            return rings_->low.push_alone(reserves * spawn_reserve(2));
        }
        return nullptr;
    }

    CoreQueues* rings_ = nullptr;
    WarmQueue* warm_ = nullptr;
};

} // namespace knhk
