// SPDX-License-Identifier: MIT
// The home core's part of the globally ordered queue: tasks that run in the order of their keys. A
// core uses its own in its beats, the barrier all of them; there is one owner at a time.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include "base/check.hpp"
#include "base/memory_map.hpp"
#include "sched/limits.hpp"
#include "sched/ordered_buckets.hpp"
#include "sched/ordered_run.hpp"
#include "sched/task.hpp"

namespace knhk {

/// A view of a core's share of region::ordered_queue: plain data, zero is the empty queue, and its
/// bytes are a function of the operations since then.
///
/// The front is looked at in each beat, so the smallest stand sorted: the near ones. Pushes only
/// append; what a beat pushed among the near is sorted in at once. The far ones lie in unsorted
/// buckets, and are sorted when they come near (docs/performance.md).
class OrderedQueue {
  public:
    /// What the barrier may select, and the one that it stops at.
    static constexpr u32 FRONT_MAX = ORDERED_SELECTED_MAX + 1;

    OrderedQueue() = default;
    /// `capacity` is ordered_capacity(C); `share` has bytes_for(capacity), aligned to a cache line.
    OrderedQueue(std::byte* share, u32 capacity);

    static constexpr u64 bytes_for(u32 capacity) {
        return sizeof(State) + u64{capacity} * sizeof(Task) +
               (has_far(capacity) ? sizeof(OrderedBuckets::Directory) : 0) +
               (u64{near_capacity(capacity)} + far_capacity(capacity) + spare_capacity(capacity)) *
                   (sizeof(OrderedKey) + sizeof(u16)) +
               u64{capacity} * sizeof(u16);
    }

    /// False when it is full: nothing has changed then. No two entries have equal keys.
    [[nodiscard]] bool push(const Task& task, OrderedKey key) {
        u32 slot = state_->slots_begun;
        if (state_->free_count > 0) {
            slot = free_slots_[--state_->free_count];
        } else if (slot < capacity_) {
            ++state_->slots_begun;
        } else {
            return false;
        }
        tasks_[slot] = task;
        if (far_.above_horizon(key)) {
            far_.append(key, static_cast<u16>(slot));
        } else if (near_.room() > 0) [[likely]] {
            near_.append(key, static_cast<u16>(slot));
        } else {
            append_to_full_near(key, static_cast<u16>(slot));
        }
        return true;
    }

    /// The smallest keys in ascending order, up to `most` of them. Valid until the next push, and
    /// while no more than these are popped.
    [[nodiscard]] std::span<const OrderedKey> front(u32 most) {
        KNHK_CHECK(most <= FRONT_MAX, most);
        if (!ready(most)) {
            make_ready(most);
        }
        return {near_.keys(), most < near_.size() ? most : near_.size()};
    }

    /// Removes the smallest.
    Task pop() {
        if (!near_.settled() || near_.size() == 0) {
            make_first_ready();
        }
        const u16 slot = *near_.slots();
        near_.drop_first();
        free_slots_[state_->free_count++] = slot;
        return tasks_[slot];
    }

    /// The front will be wanted soon. A hint alone.
    void expect() const { __builtin_prefetch(state_); }

    [[nodiscard]] u32 size() const { return state_->slots_begun - state_->free_count; }
    [[nodiscard]] u32 capacity() const { return capacity_; }
    [[nodiscard]] bool has_room() const { return size() < capacity_; }
    [[nodiscard]] bool empty() const { return size() == 0; }

  private:
    struct State {
        OrderedBuckets::State far;
        OrderedRun::Bounds near;
        u32 slots_begun; ///< task slots below this have been used
        u32 free_count;  ///< so many of them are free again
        u32 reserved[5];
    };
    static_assert(sizeof(State) == 64 && std::has_unique_object_representations_v<State>);

    /// So many are near after some became far: at least as many pushes lie between two such moves.
    static constexpr u32 NEAR_KEPT = 512;
    static_assert(OrderedBuckets::taken_most(FRONT_MAX) <= 2 * NEAR_KEPT,
                  "they fit near and spare");

    /// Twice what it keeps, so that entries slide once for many pushes.
    static constexpr u32 near_capacity(u32 capacity) {
        return 2 * (capacity < NEAR_KEPT ? capacity : NEAR_KEPT);
    }
    static constexpr bool has_far(u32 capacity) { return capacity > NEAR_KEPT; }
    static constexpr u32 far_capacity(u32 capacity) { return has_far(capacity) ? capacity : 0; }
    static constexpr u32 spare_capacity(u32 capacity) {
        return capacity < 2 * NEAR_KEPT ? capacity : 2 * NEAR_KEPT;
    }

    [[nodiscard]] bool ready(u32 most) const {
        return near_.settled() && (near_.size() >= most || far_.empty());
    }
    void append_to_full_near(OrderedKey key, u16 slot);
    void make_ready(u32 most);
    void make_first_ready();

    State* state_ = nullptr;
    Task* tasks_ = nullptr;
    OrderedEntries spare_{}; ///< for sorting
    u16* free_slots_ = nullptr;
    OrderedRun near_;
    OrderedBuckets far_;
    u32 capacity_ = 0;
};

constexpr bool ordered_queues_fit() {
    for (u32 cores = 1; cores <= CORES_MAX; cores *= 2) {
        if (OrderedQueue::bytes_for(ordered_capacity(cores)) >
            region::ordered_queue.stride_bytes(cores)) {
            return false;
        }
    }
    return true;
}
static_assert(ordered_queues_fit(), "each core's entries fit its share, for every C");

} // namespace knhk
