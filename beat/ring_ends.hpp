// SPDX-License-Identifier: MIT
// The two ends of a ring for one producer and one consumer: how far each has come, and how far it
// has last seen the other. What a position counts is the ring's own matter. Zero memory, or a fresh
// object, is an empty ring.
#pragma once

#include <cstddef>
#include <new>

#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

/// Rows or entries that a ring may have in a slot.
inline constexpr u32 RING_SIZE_MAX = u32{1} << 24;

/// Aligned to a line, so that memory of a C program will do; the blank lines keep the ends apart
/// wherever it lies.
template<class Atomics = NativeAtomics>
class alignas(LINE_BYTES) RingEnds {
  public:
    // Producer.
    [[nodiscard]] u64 written() const { return written_.load(std::memory_order_relaxed); }
    [[nodiscard]] u64 read_seen() const { return read_seen_; }
    [[nodiscard]] u64 look_at_read() {
        // Pairs with the release in `give_back`: places were read before they are written again.
        return read_seen_ = read_.load(std::memory_order_acquire);
    }
    void publish(u64 written) {
        // Pairs with the acquire in `look_at_written`: what was written comes before its position.
        written_.store(written, std::memory_order_release);
    }
    void refuse() { ++refused_; }
    /// How often there was no room.
    [[nodiscard]] u64 refused() const { return refused_; }

    // Consumer.
    [[nodiscard]] u64 read() const { return read_.load(std::memory_order_relaxed); }
    [[nodiscard]] u64 written_seen() const { return written_seen_; }
    [[nodiscard]] u64 look_at_written() {
        // Pairs with the release in `publish`.
        return written_seen_ = written_.load(std::memory_order_acquire);
    }
    void give_back(u64 read) {
        // Pairs with the acquire in `look_at_read`.
        read_.store(read, std::memory_order_release);
    }

    struct Seen {
        u64 read;
        u64 written;
    };
    /// Anybody. A hint; but what the consumer sees here stays there for it.
    [[nodiscard]] Seen both() const {
        // Pairs with the release in `give_back`: the written end that is seen is not behind it.
        // That end needs no order of its own, as nothing is read on its word.
        const u64 read = read_.load(std::memory_order_acquire);
        return {read, written_.load(std::memory_order_relaxed)};
    }

  private:
    template<class T>
    using Atomic = typename Atomics::template Atomic<T>;
    struct alignas(LINE_BYTES) Blank {
        std::byte bytes[SEPARATION_BYTES - LINE_BYTES];
    };

    Atomic<u64> written_{};
    u64 read_seen_ = 0;
    u64 refused_ = 0;
    Blank behind_written_{};
    alignas(LINE_BYTES) Atomic<u64> read_{};
    u64 written_seen_ = 0;
    Blank behind_read_{};
};
static_assert(sizeof(RingEnds<>) == 2 * SEPARATION_BYTES && alignof(RingEnds<>) == LINE_BYTES);

[[nodiscard]] constexpr u64 whole_lines(u64 bytes) {
    return (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
}

/// Begin and end objects of a ring's memory. For plain words that is nothing; a model checker's are
/// not plain.
struct BeginAll {
    template<class T>
    void operator()(T* first, u32 count) const {
        for (u32 i = 0; i < count; ++i) {
            new (first + i) T;
        }
    }
};
struct EndAll {
    template<class T>
    void operator()(T* first, u32 count) const {
        for (u32 i = 0; i < count; ++i) {
            first[i].~T();
        }
    }
};

} // namespace knhk
