// SPDX-License-Identifier: MIT
// The core-local queue: a bounded single-producer single-consumer ring in fixed memory. All-zero
// memory is an empty queue. Capacity is used in full: positions run freely and wrap by a mask.
#pragma once

#include <bit>
#include <span>
#include <type_traits>

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
        // Pairs with the release in `pop`: the slot was read before it is written again. Looked at
        // each time: a producer that runs ahead blindly only waits for its stores instead.
        if (tail - head_.load(std::memory_order_acquire) + reserve >= Capacity) {
            return false;
        }
        copy(&items_[tail % Capacity], &item, 1);
        expect_to_write(tail);
        // Pairs with the acquire in `pop`: the item comes before its position.
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }

    /// Consumer. False when empty.
    [[nodiscard]] bool pop(T& item) {
        const u64 head = head_.load(std::memory_order_relaxed); // the consumer's own
        if (head >= tail_seen_) {                               // above it after `pop_alone`
            // Pairs with the release in `push`.
            tail_seen_ = tail_.load(std::memory_order_acquire);
            if (head == tail_seen_) {
                return false;
            }
        }
        copy(&item, &items_[head % Capacity], 1);
        // Pairs with the acquire in `push`.
        head_.store(head + 1, std::memory_order_release);
        return true;
    }

    /// Producer. Pushes as many of the first of `items` as there is room for, and says how many.
    [[nodiscard]] u32 push_many(std::span<const T> items) {
        const u64 tail = tail_.load(std::memory_order_relaxed);
        const u64 room = Capacity - (tail - head_.load(std::memory_order_acquire)); // as in `push`
        const u32 count = static_cast<u32>(items.size() < room ? items.size() : room);
        const u32 before_wrap = until_wrap(tail, count);
        copy(items_ + tail % Capacity, items.data(), before_wrap);
        copy(items_, items.data() + before_wrap, count - before_wrap);
        tail_.store(tail + count, std::memory_order_release); // as in `push`
        return count;
    }

    /// Consumer. Pops up to as many as `items` holds, and says how many.
    [[nodiscard]] u32 pop_many(std::span<T> items) {
        const u64 head = head_.load(std::memory_order_relaxed);
        if (tail_seen_ < head + items.size()) {
            // Pairs with the release in `push`.
            tail_seen_ = tail_.load(std::memory_order_acquire);
        }
        const u64 there = tail_seen_ - head;
        const u32 count = static_cast<u32>(items.size() < there ? items.size() : there);
        const u32 before_wrap = until_wrap(head, count);
        copy(items.data(), items_ + head % Capacity, before_wrap);
        copy(items.data() + before_wrap, items_, count - before_wrap);
        head_.store(head + count, std::memory_order_release); // as in `pop`
        return count;
    }

    // For whoever has both ends at this time: no other thread is waited for or told. Roles pass to
    // other threads by what orders those threads anyway: the barrier.

    /// Like `push`, without a copy: the slot, to be written at once; null when fewer than `reserve`
    /// + 1 are free.
    [[nodiscard]] T* push_alone(u32 reserve = 0) {
        const u64 tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_.load(std::memory_order_relaxed) + reserve >= Capacity) {
            return nullptr;
        }
        tail_.store(tail + 1, std::memory_order_relaxed);
        return &items_[tail % Capacity];
    }
    /// Like `pop`, without a copy; null when empty. The item stays until the ring is full: its slot
    /// is the last that a push comes to.
    [[nodiscard]] const T* pop_alone() {
        const u64 head = head_.load(std::memory_order_relaxed);
        const u64 tail = tail_.load(std::memory_order_relaxed);
        if (head == tail) {
            return nullptr;
        }
        head_.store(head + 1, std::memory_order_relaxed);
        return &items_[head % Capacity];
    }

    // Hints alone, for whoever goes from queue to queue and finds each one's lines far away.

    /// The positions will be wanted soon.
    void expect() const {
        __builtin_prefetch(&tail_);
        __builtin_prefetch(&head_);
    }
    /// The next slots at both ends will be wanted soon.
    void expect_items(u32 count) const {
        const u64 head = head_.load(std::memory_order_relaxed);
        const u64 tail = tail_.load(std::memory_order_relaxed);
        for (u32 i = 0; i < count; ++i) {
            __builtin_prefetch(&items_[(head + i) % Capacity]);
            __builtin_prefetch(&items_[(tail + i) % Capacity], 1);
        }
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

    /// The consumer has a slot's line since it read it: asked for now, it is back in time, however
    /// far the other core is.
    void expect_to_write(u64 position) {
        constexpr u32 AHEAD = Capacity / 16 < 32 ? Capacity / 16 : 32;
        __builtin_prefetch(&items_[(position + AHEAD) % Capacity], 1);
    }

    [[nodiscard]] static u32 until_wrap(u64 position, u32 count) {
        const u32 left = Capacity - static_cast<u32>(position % Capacity);
        return count < left ? count : left;
    }
    /// In moves as wide as there are: most of what a push or a pop takes.
    static void copy(T* to, const T* from, u32 count) {
        if constexpr (std::is_trivially_copyable_v<T> && sizeof(T) % LINE_BYTES == 0 &&
                      alignof(T) >= alignof(u64)) {
            using Line
                [[gnu::vector_size(LINE_BYTES), gnu::aligned(alignof(u64)), gnu::may_alias]] = u64;
            auto* write = reinterpret_cast<Line*>(to);
            const auto* read = reinterpret_cast<const Line*>(from);
            for (std::size_t i = 0; i < count * (sizeof(T) / LINE_BYTES); ++i) {
                write[i] = read[i];
            }
        } else {
            for (u32 i = 0; i < count; ++i) {
                to[i] = from[i];
            }
        }
    }

    alignas(SEPARATION_BYTES) Atomic<u64> tail_;
    alignas(SEPARATION_BYTES) Atomic<u64> head_;
    u64 tail_seen_; ///< the consumer's last view of the other end
    alignas(SEPARATION_BYTES) T items_[Capacity];
};

} // namespace knhk
