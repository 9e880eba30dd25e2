// SPDX-License-Identifier: MIT
// A queue that any thread may push to and pop from, without locks: a ring of slots in fixed memory.
// For telemetry alone: who comes first depends on speed, so nothing that reaches a log may pass
// through it.
#pragma once

#include <bit>
#include <cstring>
#include <type_traits>

#include "base/check.hpp"
#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

/// First in, first out, so each producer's items come in its order. Lock-free: whatever thread
/// stands still, and wherever, the others push and pop on. A producer keeps the slot that it is in,
/// which they go round, and which is out of use until it goes on and the ring has come round. A
/// consumer keeps none: it reads an item before it takes it, and writes to no slot.
///
/// Positions count up and never come back, and every state of a slot names one: a slot that was
/// used again is not taken for one that stayed. Memory must be `reset` before its first use.
template<class T, u32 Capacity, class Atomics = NativeAtomics>
class BestEffortQueue {
    static_assert(std::is_trivially_copyable_v<T>, "items travel as words");
    static_assert(Capacity >= 1);

  public:
    /// Empties the queue. Before anybody else may know of it, or after.
    void reset();
    /// Any thread. False when no slot is free for the next position: nothing has changed then.
    [[nodiscard]] bool push(const T& item);
    /// Any thread. False when empty: `item` is as it was.
    [[nodiscard]] bool pop(T& item);
    [[nodiscard]] static constexpr u32 capacity() { return Capacity; }

  private:
    template<class U>
    using Atomic = typename Atomics::template Atomic<U>;
    static constexpr u32 WORDS = (sizeof(T) + 7) / 8;

    enum Phase : u64 {
        FREE = 1, ///< for this position: its producer has not finished, or there is none yet
        FULL = 2, ///< with this position's item; free for the next position when that was taken
        HELD = 3, ///< by one who was overtaken: this position and those before have no item here
    };
    struct State {
        u64 raw;

        static State of(Phase phase, u64 position) { return {position << 2 | phase}; }
        [[nodiscard]] Phase phase() const { return static_cast<Phase>(raw & 3); }
        [[nodiscard]] u64 position() const { return raw >> 2; }
        [[nodiscard]] bool is(Phase phase, u64 position) const {
            return raw == of(phase, position).raw;
        }
    };

    static constexpr u64 SLOT_BYTES = sizeof(u64) * WORDS;
    struct alignas(SLOT_BYTES < 64 ? std::bit_ceil(SLOT_BYTES) : 64) Slot {
        Atomic<u64> words[WORDS];
    };

    /// Measured (bench/queues): a few times what a line takes from one core to another far away. A
    /// model checker's atomics are hasty: waiting shows it nothing.
    static constexpr bool HASTY = requires { Atomics::HASTY; };
    static constexpr u32 ROUNDS_MIN = HASTY ? 1 : 4096;
    static constexpr u32 ROUNDS_MAX = HASTY ? 1 : 32'768;
    static constexpr u32 LOOKS = HASTY ? 1 : 200;
    static constexpr u32 PREFETCHED = 2;

    /// Who lost a race stays away for a while, longer each time: the winner goes on with the lines
    /// in his own cache meanwhile, and the two do not pull them to and fro.
    class Patience {
      public:
        void lose() {
            for (u32 i = 0; i < rounds_; ++i) {
                passed_.store(i, std::memory_order_relaxed);
            }
            rounds_ = rounds_ < ROUNDS_MAX ? rounds_ * 2 : ROUNDS_MAX;
        }

      private:
        Atomic<u32> passed_; ///< nobody else's: so the compiler leaves the rounds in
        u32 rounds_ = ROUNDS_MIN;
    };

    [[nodiscard]] Slot& slot(u64 position) { return slots_[position % Capacity]; }
    [[nodiscard]] Atomic<u64>& state_of(u64 position) { return states_[position % Capacity]; }
    [[nodiscard]] State look(u64 position) {
        // Acquire: pairs with the releases in `change`: the item is there.
        const State state{state_of(position).load(std::memory_order_acquire)};
        KNHK_CHECK(state.raw != 0, position); // a queue that was never reset
        return state;
    }
    [[nodiscard]] bool change(u64 position, State from, State to) {
        // Release: pairs with `look`: the item comes before.
        return state_of(position).compare_exchange_strong(
            from.raw, to.raw, std::memory_order_release, std::memory_order_relaxed);
    }
    [[nodiscard]] static bool advance(Atomic<u64>& end, u64 from) {
        // Release: pairs with the acquire in `is_passed`: reads of the item come before, and the
        // states that let the new position be reached. All other looks at an end are relaxed: an
        // end says where to look, and the slot's state decides; an old end costs another look.
        return end.compare_exchange_strong(from, from + 1, std::memory_order_release,
                                           std::memory_order_relaxed);
    }
    /// What was at this position was taken, or is none. Producers tell each other how far the
    /// consumers were, and look at the consumers' line only when that is not far enough.
    [[nodiscard]] bool is_passed(u64 position) {
        // Acquire: pairs with the release below, and so with `advance`.
        if (head_seen_.load(std::memory_order_acquire) > position) {
            return true;
        }
        const u64 head = head_.load(std::memory_order_acquire); // pairs with `advance`
        head_seen_.store(head, std::memory_order_release);      // an older one does no harm
        return head > position;
    }
    /// Nothing was pushed at this position, as far as this state of its slot tells.
    [[nodiscard]] static bool is_awaited(State state, u64 position) {
        return state.is(FREE, position) || state.is(FULL, position - Capacity);
    }
    [[nodiscard]] bool is_free(State state, u64 position) {
        return state.is(FREE, position) ||
               (state.is(FULL, position - Capacity) && is_passed(position - Capacity));
    }
    void write(u64 position, const T& item);
    void leave(u64 position);
    [[nodiscard]] bool go_round(u64 position, State state);
    [[nodiscard]] bool pass_unfinished(u64 position, State state);

    alignas(SEPARATION_BYTES) Atomic<u64> tail_; ///< the next position to push at
    Atomic<u64> head_seen_;                      ///< the next one was there, or is further
    alignas(SEPARATION_BYTES) Atomic<u64> head_; ///< the next position to pop from
    alignas(SEPARATION_BYTES) Atomic<u64> states_[Capacity];
    alignas(SEPARATION_BYTES) Slot slots_[Capacity];
};

template<class T, u32 Capacity, class Atomics>
void BestEffortQueue<T, Capacity, Atomics>::reset() {
    // Relaxed: nobody else looks. Who hands the queue to others orders this before their look.
    for (u64 at = 0; at < Capacity; ++at) {
        states_[at].store(State::of(FREE, at).raw, std::memory_order_relaxed);
    }
    tail_.store(0, std::memory_order_relaxed);
    head_.store(0, std::memory_order_relaxed);
    head_seen_.store(0, std::memory_order_relaxed);
}

template<class T, u32 Capacity, class Atomics>
bool BestEffortQueue<T, Capacity, Atomics>::push(const T& item) {
    Patience patience;
    for (;;) {
        const u64 tail = tail_.load(std::memory_order_relaxed);
        const State state = look(tail);
        if (is_free(state, tail)) {
            if (!advance(tail_, tail)) {
                patience.lose();
                continue;
            }
            __builtin_prefetch(&slot(tail + PREFETCHED), 1);
            write(tail, item);
            if (change(tail, state, State::of(FULL, tail))) {
                return true;
            }
            leave(tail); // consumers did not wait for us
        } else if (state.position() >= tail) {
            static_cast<void>(advance(tail_, tail)); // nothing can be pushed there any more
        } else if (!go_round(tail, state)) {
            return false;
        }
    }
}

/// The slot for `position` is somebody's still. False: all positions behind are, too.
template<class T, u32 Capacity, class Atomics>
bool BestEffortQueue<T, Capacity, Atomics>::go_round(u64 position, State state) {
    if (state.phase() != HELD) {
        // An item that nobody has popped, or one that is not there yet; or this is old.
        return is_passed(position - Capacity);
    }
    // Another one must be free, or it is better to wait.
    for (u64 other = position + 1; other < position + Capacity; ++other) {
        const State there = look(other);
        if (there.position() >= other || is_free(there, other)) {
            if (change(position, state, State::of(HELD, position))) {
                static_cast<void>(advance(tail_, position));
            }
            return true;
        }
        if (there.phase() != HELD) {
            return false;
        }
    }
    return false;
}

template<class T, u32 Capacity, class Atomics>
bool BestEffortQueue<T, Capacity, Atomics>::pop(T& item) {
    Patience patience;
    for (;;) {
        const u64 head = head_.load(std::memory_order_relaxed);
        const State state = look(head);
        if (state.is(FULL, head)) {
            u64 words[WORDS];
            for (u32 i = 0; i < WORDS; ++i) {
                words[i] = slot(head).words[i].load(std::memory_order_relaxed);
            }
            if (!advance(head_, head)) { // they may be another item's, or of several
                patience.lose();
                continue;
            }
            std::memcpy(static_cast<void*>(&item), words, sizeof item);
            return true;
        }
        if (tail_.load(std::memory_order_relaxed) <= head) {
            return false;
        }
        if (is_awaited(state, head)) {
            if (!pass_unfinished(head, state)) {
                return false;
            }
        } else if (state.position() >= head) {
            static_cast<void>(advance(head_, head)); // no item is there
        }
    }
}

/// A producer has not finished at `position`. False: nothing is behind it.
template<class T, u32 Capacity, class Atomics>
bool BestEffortQueue<T, Capacity, Atomics>::pass_unfinished(u64 position, State state) {
    for (u32 i = 0; i < LOOKS; ++i) {
        if (look(position).raw != state.raw) {
            return true;
        }
    }
    if (tail_.load(std::memory_order_relaxed) == position + 1) {
        return false;
    }
    static_cast<void>(change(position, state, State::of(HELD, position)));
    return true;
}

template<class T, u32 Capacity, class Atomics>
void BestEffortQueue<T, Capacity, Atomics>::write(u64 position, const T& item) {
    u64 words[WORDS] = {};
    std::memcpy(words, &item, sizeof item);
    for (u32 i = 0; i < WORDS; ++i) {
        slot(position).words[i].store(words[i], std::memory_order_relaxed);
    }
}

/// A producer that was overtaken makes its slot free: for the position after the last one that
/// others went round it for.
template<class T, u32 Capacity, class Atomics>
void BestEffortQueue<T, Capacity, Atomics>::leave(u64 position) {
    State held = look(position);
    while (!change(position, held, State::of(FREE, held.position() + Capacity))) {
        held = look(position);
    }
}

} // namespace knhk
