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
/// stands still, and wherever, the others push and pop on. It keeps the slot that it is in, which
/// they go round, and which is out of use until it goes on and the ring has come round.
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
        FULL = 2, ///< with this position's item, or its consumer is still reading it
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

    static constexpr u64 SLOT_BYTES = sizeof(u64) * (1 + WORDS);
    struct alignas(SLOT_BYTES < 64 ? std::bit_ceil(SLOT_BYTES) : 64) Slot {
        Atomic<u64> state;
        Atomic<u64> words[WORDS]; ///< whose slot it is has them for himself
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
    [[nodiscard]] State look(u64 position) {
        // Acquire: pairs with the releases in `change`. What the slot's last owner did there is
        // over.
        const State state{slot(position).state.load(std::memory_order_acquire)};
        KNHK_CHECK(state.raw != 0, position); // a queue that was never reset
        return state;
    }
    [[nodiscard]] bool change(u64 position, State from, State to) {
        // Release: pairs with `look`: item and reads of it come before.
        return slot(position).state.compare_exchange_strong(
            from.raw, to.raw, std::memory_order_release, std::memory_order_relaxed);
    }
    [[nodiscard]] static bool advance(Atomic<u64>& end, u64 from) {
        // Release: pairs with the acquire in `go_round`: who sees the new position sees the states
        // that let it be reached. All other looks at an end are relaxed: an end says where to look,
        // and the slot's state decides; an old end costs another look.
        return end.compare_exchange_strong(from, from + 1, std::memory_order_release,
                                           std::memory_order_relaxed);
    }
    void write(u64 position, const T& item);
    void read(u64 position, T& item);
    void leave(u64 position, State expected);
    [[nodiscard]] bool go_round(u64 position, State state);
    [[nodiscard]] bool pass_unfinished(u64 position);

    alignas(SEPARATION_BYTES) Atomic<u64> tail_; ///< the next position to push at
    alignas(SEPARATION_BYTES) Atomic<u64> head_; ///< the next position to pop from
    alignas(SEPARATION_BYTES) Slot slots_[Capacity];
};

template<class T, u32 Capacity, class Atomics>
void BestEffortQueue<T, Capacity, Atomics>::reset() {
    // Relaxed: nobody else looks. Who hands the queue to others orders this before their look.
    for (u64 at = 0; at < Capacity; ++at) {
        slots_[at].state.store(State::of(FREE, at).raw, std::memory_order_relaxed);
    }
    tail_.store(0, std::memory_order_relaxed);
    head_.store(0, std::memory_order_relaxed);
}

template<class T, u32 Capacity, class Atomics>
bool BestEffortQueue<T, Capacity, Atomics>::push(const T& item) {
    Patience patience;
    for (;;) {
        const u64 tail = tail_.load(std::memory_order_relaxed);
        const State state = look(tail);
        if (state.is(FREE, tail)) {
            if (!advance(tail_, tail)) {
                patience.lose();
                continue;
            }
            __builtin_prefetch(&slot(tail + PREFETCHED), 1);
            write(tail, item);
            if (change(tail, state, State::of(FULL, tail))) {
                return true;
            }
            leave(tail, state); // consumers did not wait for us
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
    const u64 before = position - Capacity;
    if (state.phase() != HELD) {
        // Acquire: pairs with `advance`. Who passed this position saw its slot's state before.
        const u64 head = head_.load(std::memory_order_acquire);
        if (head <= before) {
            return false; // an item that nobody has popped
        }
        if (state.phase() == FREE) {
            return true; // no longer: the head passes no unfinished one
        }
    }
    // Somebody reads it, or was overtaken. Another one must be free, or it is better to wait.
    for (u64 other = position + 1; other < position + Capacity; ++other) {
        const State there = look(other);
        if (there.position() >= other) {
            if (change(position, state, State::of(HELD, position))) {
                static_cast<void>(advance(tail_, position));
            }
            return true;
        }
        if (there.phase() != HELD && head_.load(std::memory_order_relaxed) <= other - Capacity) {
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
            if (!advance(head_, head)) {
                patience.lose();
                continue;
            }
            read(head, item);
            leave(head, state);
            return true;
        }
        if (tail_.load(std::memory_order_relaxed) <= head) {
            return false;
        }
        if (state.is(FREE, head)) {
            if (!pass_unfinished(head)) {
                return false;
            }
        } else if (state.position() >= head) {
            static_cast<void>(advance(head_, head)); // no item is there
        }
    }
}

/// A producer has not finished at `position`. False: nothing is behind it.
template<class T, u32 Capacity, class Atomics>
bool BestEffortQueue<T, Capacity, Atomics>::pass_unfinished(u64 position) {
    const State unfinished = State::of(FREE, position);
    for (u32 i = 0; i < LOOKS; ++i) {
        if (!look(position).is(FREE, position)) {
            return true;
        }
    }
    if (tail_.load(std::memory_order_relaxed) == position + 1) {
        return false;
    }
    static_cast<void>(change(position, unfinished, State::of(HELD, position)));
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

template<class T, u32 Capacity, class Atomics>
void BestEffortQueue<T, Capacity, Atomics>::read(u64 position, T& item) {
    u64 words[WORDS];
    for (u32 i = 0; i < WORDS; ++i) {
        words[i] = slot(position).words[i].load(std::memory_order_relaxed);
    }
    std::memcpy(static_cast<void*>(&item), words, sizeof item);
}

/// The slot's owner makes it free: for the position after the last one that others went round it
/// for.
template<class T, u32 Capacity, class Atomics>
void BestEffortQueue<T, Capacity, Atomics>::leave(u64 position, State expected) {
    while (!change(position, expected, State::of(FREE, expected.position() + Capacity))) {
        expected = look(position);
    }
}

} // namespace knhk
