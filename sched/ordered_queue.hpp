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
#include "sched/task.hpp"

namespace knhk {

/// Where an entry stands among all: two timestamps. The home core, which is the third, is known to
/// who asks.
struct OrderedKey {
    u64 key;
    u64 enqueued;
    friend auto operator<=>(const OrderedKey&, const OrderedKey&) = default;
};
static_assert(sizeof(OrderedKey) == 16 && std::has_unique_object_representations_v<OrderedKey>);

/// Entries in ascending order, and behind them a tail of newer ones that `settle` sorts in.
class OrderedRun {
  public:
    /// Positions in the arrays: all 0 is the empty run.
    struct Bounds {
        u32 begin;
        u32 sorted; ///< the tail begins here
        u32 end;
    };

    OrderedRun() = default;
    OrderedRun(Bounds* at, OrderedKey* keys, u16* slots, u32 capacity)
        : at_(at), keys_(keys), slots_(slots), capacity_(capacity) {}

    [[nodiscard]] u32 size() const { return at_->end - at_->begin; }
    [[nodiscard]] bool empty() const { return at_->end == at_->begin; }
    [[nodiscard]] bool settled() const { return at_->sorted == at_->end; }
    /// Entries that can be appended before `slide` must make room.
    [[nodiscard]] u32 room() const { return capacity_ - at_->end; }
    [[nodiscard]] const OrderedKey* keys() const { return keys_ + at_->begin; }
    [[nodiscard]] const u16* slots() const { return slots_ + at_->begin; }

    void append(OrderedKey key, u16 slot) {
        const u32 end = at_->end++;
        if (at_->sorted == end && (at_->begin == end || keys_[end - 1] < key)) {
            at_->sorted = end + 1;
        }
        keys_[end] = key;
        slots_[end] = slot;
    }
    void drop_first(u32 count) {
        at_->begin += count;
        if (at_->begin == at_->end) {
            *at_ = Bounds{};
        }
    }
    /// Of a settled run.
    void drop_last(u32 count) { at_->sorted = at_->end -= count; }

    /// `spare_keys` and `spare_slots` have room for the tail.
    void settle(OrderedKey* spare_keys, u16* spare_slots);
    /// Moves the entries to the begin of the arrays.
    void slide();

  private:
    Bounds* at_ = nullptr;
    OrderedKey* keys_ = nullptr;
    u16* slots_ = nullptr;
    u32 capacity_ = 0;
};

/// A view of a core's share of region::ordered_queue: plain data, zero is the empty queue, and its
/// bytes are a function of the operations since then.
///
/// The front is looked at in each beat, so the smallest stand sorted, and pushes only append: a
/// beat's are sorted in at once. It takes 0.2 to 0.9 of the time of a sorted front on a heap
/// (bench/).
class OrderedQueue {
  public:
    /// What the barrier may select, and the one that it stops at.
    static constexpr u32 FRONT_MAX = ORDERED_SELECTED_MAX + 1;

    OrderedQueue() = default;
    /// `capacity` is ordered_capacity(C); `share` has bytes_for(capacity), aligned to a cache line.
    OrderedQueue(std::byte* share, u32 capacity);

    static constexpr u64 bytes_for(u32 capacity) {
        return sizeof(State) + u64{capacity} * sizeof(Task) +
               (u64{near_capacity(capacity)} + far_capacity(capacity) + capacity) *
                   (sizeof(OrderedKey) + sizeof(u16)) +
               u64{capacity} * sizeof(u16);
    }

    /// False when it is full: nothing has changed then. No two entries have equal keys.
    [[nodiscard]] bool push(const Task& task, OrderedKey key) {
        if (!has_room()) {
            return false;
        }
        if (near_.room() == 0) [[unlikely]] {
            make_room(); // before the look at the horizon, which it may lower
        }
        const u16 slot = take_slot();
        tasks_[slot] = task;
        if (!far_.empty() && state_->horizon < key) {
            append_far(key, slot);
        } else {
            near_.append(key, slot);
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
        KNHK_CHECK(!empty(), capacity_);
        if (!ready(1)) {
            make_ready(1);
        }
        const u16 slot = *near_.slots();
        near_.drop_first(1);
        free_slots_[state_->free_count++] = slot;
        return tasks_[slot];
    }

    [[nodiscard]] u32 size() const { return state_->slots_begun - state_->free_count; }
    [[nodiscard]] u32 capacity() const { return capacity_; }
    [[nodiscard]] bool has_room() const { return size() < capacity_; }
    [[nodiscard]] bool empty() const { return size() == 0; }

  private:
    struct State {
        OrderedKey horizon; ///< while any entry is far: no near one is above it, each far one is
        OrderedRun::Bounds near;
        OrderedRun::Bounds far;
        u32 slots_begun; ///< task slots below this have been used
        u32 free_count;  ///< so many of them are free again
        u64 reserved[2];
    };
    static_assert(sizeof(State) == 64 && std::has_unique_object_representations_v<State>);

    /// So many are near after some became far, or the reverse: half as many pushes or pops, at
    /// least, lie between two such moves.
    static constexpr u32 NEAR_KEPT = 512;
    static_assert(NEAR_KEPT >= FRONT_MAX + NEAR_KEPT / 4);

    /// Twice what it keeps, so that entries slide once for many pushes.
    static constexpr u32 near_capacity(u32 capacity) {
        return 2 * (capacity < NEAR_KEPT ? capacity : NEAR_KEPT);
    }
    static constexpr u32 far_capacity(u32 capacity) { return capacity > NEAR_KEPT ? capacity : 0; }

    [[nodiscard]] u16 take_slot() {
        return state_->free_count > 0 ? free_slots_[--state_->free_count]
                                      : static_cast<u16>(state_->slots_begun++);
    }
    [[nodiscard]] bool ready(u32 most) const {
        return near_.settled() && (near_.size() >= most || far_.empty());
    }
    void append_far(OrderedKey key, u16 slot);
    void make_room();
    void make_ready(u32 most);

    State* state_ = nullptr;
    Task* tasks_ = nullptr;
    OrderedKey* spare_keys_ = nullptr; ///< for sorting
    u16* spare_slots_ = nullptr;
    u16* free_slots_ = nullptr;
    OrderedRun near_;
    OrderedRun far_;
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
