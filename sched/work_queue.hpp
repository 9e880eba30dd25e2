// SPDX-License-Identifier: MIT
// The core-local queue: a bounded single-producer single-consumer ring in fixed memory. All-zero
// memory is an empty queue. Capacity is used in full: positions run freely and wrap by a mask.
#pragma once

#include <bit>

#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

template<class T, u32 Capacity, class Atomics = NativeAtomics>
class WorkQueue {
    static_assert(std::has_single_bit(Capacity) && Capacity >= 4);

  public:
    /// Producer. False when fewer than `reserve` + 1 slots are free: nothing has changed then.
    [[nodiscard]] bool push(const T& item, u32 reserve = 0) {
        const u64 tail = tail_.load(std::memory_order_relaxed); // the producer's own
        if (tail - head_seen_ + reserve >= Capacity) {
            // Pairs with the release in `pop`: the slot was read before it is written again.
            head_seen_ = head_.load(std::memory_order_acquire);
            if (tail - head_seen_ + reserve >= Capacity) {
                return false;
            }
        }
        items_[tail % Capacity] = item;
        // Pairs with the acquire in `pop`: the item comes before its position.
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }

    /// Consumer. False when empty.
    [[nodiscard]] bool pop(T& item) {
        const u64 head = head_.load(std::memory_order_relaxed); // the consumer's own
        if (head == tail_seen_) {
            // Pairs with the release in `push`.
            tail_seen_ = tail_.load(std::memory_order_acquire);
            if (head == tail_seen_) {
                return false;
            }
        }
        item = items_[head % Capacity];
        // Pairs with the acquire in `push`.
        head_.store(head + 1, std::memory_order_release);
        return true;
    }

    /// Consumer. The item that `index` pops would skip; `index` is below size().
    [[nodiscard]] const T& peek(u32 index) const {
        return items_[(head_.load(std::memory_order_relaxed) + index) % Capacity];
    }

    /// Exact for an owner of both ends, a hint for anybody else.
    [[nodiscard]] u32 size() const {
        // Pairs with the releases of both ends; head first, so that the difference is not negative.
        const u64 head = head_.load(std::memory_order_acquire);
        return static_cast<u32>(tail_.load(std::memory_order_acquire) - head);
    }
    [[nodiscard]] static constexpr u32 capacity() { return Capacity; }

  private:
    template<class U>
    using Atomic = typename Atomics::template Atomic<U>;

    // Each end's position stands with its last view of the other end, away from the other end.
    alignas(SEPARATION_BYTES) Atomic<u64> tail_;
    u64 head_seen_;
    alignas(SEPARATION_BYTES) Atomic<u64> head_;
    u64 tail_seen_;
    alignas(SEPARATION_BYTES) T items_[Capacity];
};

} // namespace knhk
