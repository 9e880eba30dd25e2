// SPDX-License-Identifier: MIT
// A queue that any thread may push to and pop from, without locks: Michael and Scott's linked queue
// over a pool of nodes in fixed memory. For telemetry alone: who comes first depends on speed, so
// nothing that reaches a log may pass through it.
#pragma once

#include <cstring>
#include <type_traits>

#include "base/check.hpp"
#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

/// Zero memory and `reset` make an empty queue. Links name nodes by number and carry a tag that
/// every change counts up, so that a node which left and came back is not taken for one that
/// stayed, unless a thread sleeps through 2^32 changes.
template<class T, u32 Capacity, class Atomics = NativeAtomics>
class BestEffortQueue {
    static_assert(std::is_trivially_copyable_v<T>, "items travel as words");
    static_assert(Capacity >= 1 && Capacity < 0xFFFF'FFFE);

  public:
    /// Empties the queue. Before anybody else may know of it, or after.
    void reset();
    /// Any thread. False when all nodes are in use: nothing has changed then.
    [[nodiscard]] bool push(const T& item);
    /// Any thread. False when empty: `item` is as it was.
    [[nodiscard]] bool pop(T& item);
    [[nodiscard]] static constexpr u32 capacity() { return Capacity; }

  private:
    template<class U>
    using Atomic = typename Atomics::template Atomic<U>;
    static constexpr u32 WORDS = (sizeof(T) + 7) / 8;

    /// The tag above, below it the node's number from 1; number 0 is none.
    struct Link {
        u64 raw;

        [[nodiscard]] u32 number() const { return static_cast<u32>(raw); }
        [[nodiscard]] Link to(u32 number) const { return {((raw >> 32) + 1) << 32 | number}; }
    };

    struct Node {
        Atomic<u64> next;
        // Atomic, because a consumer that will lose the head reads what somebody writes anew.
        Atomic<u64> words[WORDS];
    };

    [[nodiscard]] Node& node(u32 number) {
        KNHK_CHECK(number != 0, number); // a queue that was never reset
        return nodes_[number - 1];
    }
    [[nodiscard]] static bool advance(Atomic<u64>& link, Link from, u32 to);
    void set_next(u32 number, u32 next);
    [[nodiscard]] u32 take_free();
    void give_free(u32 number);
    void append(u32 number);

    alignas(SEPARATION_BYTES) Atomic<u64> head_; ///< the node before the first item
    alignas(SEPARATION_BYTES) Atomic<u64> tail_; ///< the last node, or one that is not far behind
    alignas(SEPARATION_BYTES) Atomic<u64> free_; ///< a stack of nodes, linked by `next` too
    alignas(SEPARATION_BYTES) Node nodes_[Capacity + 1];
};

template<class T, u32 Capacity, class Atomics>
void BestEffortQueue<T, Capacity, Atomics>::reset() {
    // Relaxed: nobody else looks. Who hands the queue to others orders this before their look.
    for (u32 at = 0; at <= Capacity; ++at) {
        const u32 next = at == 0 || at == Capacity ? 0 : at + 2;
        nodes_[at].next.store(next, std::memory_order_relaxed);
    }
    head_.store(1, std::memory_order_relaxed);
    tail_.store(1, std::memory_order_relaxed);
    free_.store(2, std::memory_order_relaxed);
}

template<class T, u32 Capacity, class Atomics>
bool BestEffortQueue<T, Capacity, Atomics>::push(const T& item) {
    const u32 number = take_free();
    if (number == 0) {
        return false;
    }
    u64 words[WORDS] = {};
    std::memcpy(words, &item, sizeof item);
    for (u32 i = 0; i < WORDS; ++i) {
        // Relaxed: the release by which `append` links the node comes after.
        node(number).words[i].store(words[i], std::memory_order_relaxed);
    }
    set_next(number, 0);
    append(number);
    return true;
}

template<class T, u32 Capacity, class Atomics>
bool BestEffortQueue<T, Capacity, Atomics>::pop(T& item) {
    for (;;) {
        // Acquire: pairs with `advance` of head and tail. What was known when this node became the
        // head is known here, so the tail that is seen is not behind it.
        const Link head{head_.load(std::memory_order_acquire)};
        const Link tail{tail_.load(std::memory_order_acquire)};
        // Acquire: pairs with `append`'s link, so the words are there; and with `set_next`.
        const Link next{node(head.number()).next.load(std::memory_order_acquire)};
        // Relaxed: if `next` was of the node's later life, `set_next` makes the new head known.
        if (head.raw != head_.load(std::memory_order_relaxed)) {
            continue;
        }
        if (next.number() == 0) {
            return false;
        }
        if (head.number() == tail.number()) {
            // A producer has linked its node and not got further: the head may not pass the tail.
            static_cast<void>(advance(tail_, tail, next.number()));
            continue;
        }
        u64 words[WORDS];
        for (u32 i = 0; i < WORDS; ++i) {
            // Relaxed: they count only if the head is still the same after.
            words[i] = node(next.number()).words[i].load(std::memory_order_relaxed);
        }
        if (advance(head_, head, next.number())) {
            give_free(head.number());
            std::memcpy(static_cast<void*>(&item), words, sizeof item);
            return true;
        }
    }
}

/// Moves `link` on, if it still is `from`.
template<class T, u32 Capacity, class Atomics>
bool BestEffortQueue<T, Capacity, Atomics>::advance(Atomic<u64>& link, Link from, u32 to) {
    u64 expected = from.raw;
    // Release: pairs with the acquires of the same link in `pop` and `append`. What was written to
    // the node, and read from those before it, happened before whoever sees this.
    return link.compare_exchange_strong(expected, from.to(to).raw, std::memory_order_release,
                                        std::memory_order_relaxed);
}

/// The node's owner, who took it from the free list or out of the queue.
template<class T, u32 Capacity, class Atomics>
void BestEffortQueue<T, Capacity, Atomics>::set_next(u32 number, u32 next) {
    Atomic<u64>& link = node(number).next;
    // Relaxed: the owner knows the last change. Nobody else's exchange can succeed on it, because
    // those expect a link to none with a tag that is gone.
    const Link before{link.load(std::memory_order_relaxed)};
    // Release: pairs with the acquires of `next` in `pop` and `append`. Who sees this in a node
    // that he takes for the head or the tail must also see that it is no longer.
    link.store(before.to(next).raw, std::memory_order_release);
}

/// Zero when none is free.
template<class T, u32 Capacity, class Atomics>
u32 BestEffortQueue<T, Capacity, Atomics>::take_free() {
    // Acquire, here and in the exchange: pairs with `give_free`. All uses of the node before it
    // was given are over, and its `next` is known.
    u64 seen = free_.load(std::memory_order_acquire);
    while (Link{seen}.number() != 0) {
        const Link first{seen};
        // Relaxed: came with `seen`. If somebody changed it since, the exchange fails.
        const Link next{node(first.number()).next.load(std::memory_order_relaxed)};
        if (free_.compare_exchange_weak(seen, first.to(next.number()).raw,
                                        std::memory_order_acquire, std::memory_order_acquire)) {
            return first.number();
        }
    }
    return 0;
}

template<class T, u32 Capacity, class Atomics>
void BestEffortQueue<T, Capacity, Atomics>::give_free(u32 number) {
    // Relaxed, here and in the failed exchange: what is below the top of the stack is not looked
    // at.
    u64 seen = free_.load(std::memory_order_relaxed);
    for (;;) {
        set_next(number, Link{seen}.number());
        // Release: pairs with the acquires in `take_free`.
        if (free_.compare_exchange_weak(seen, Link{seen}.to(number).raw, std::memory_order_release,
                                        std::memory_order_relaxed)) {
            return;
        }
    }
}

template<class T, u32 Capacity, class Atomics>
void BestEffortQueue<T, Capacity, Atomics>::append(u32 number) {
    for (;;) {
        // Acquire: pairs with `advance` of the tail: the node's `next` is of its present life.
        const Link tail{tail_.load(std::memory_order_acquire)};
        // Acquire: pairs with `append`'s link and with `set_next`.
        const Link next{node(tail.number()).next.load(std::memory_order_acquire)};
        // Relaxed: if `next` was of the node's later life, `set_next` makes the new tail known.
        if (tail.raw != tail_.load(std::memory_order_relaxed)) {
            continue;
        }
        if (next.number() != 0) {
            static_cast<void>(advance(tail_, tail, next.number()));
        } else if (advance(node(tail.number()).next, next, number)) {
            static_cast<void>(advance(tail_, tail, number)); // or somebody has done it for us
            return;
        }
    }
}

} // namespace knhk
