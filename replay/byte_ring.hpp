// SPDX-License-Identifier: MIT
// A ring of bytes in shared memory between two sides that trust each other's positions no further
// than they can check: one reads what the other writes. Positions count bytes and never wrap.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>

#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

/// Zero is the empty ring. Each side writes a line of its own.
template<class Atomics = NativeAtomics>
struct RingPositions {
    template<class T>
    using Atomic = typename Atomics::template Atomic<T>;

    alignas(SEPARATION_BYTES) Atomic<u64> head; ///< bytes produced
    alignas(SEPARATION_BYTES) Atomic<u64> tail; ///< bytes consumed
};
static_assert(sizeof(RingPositions<>) == 2 * SEPARATION_BYTES);

/// The writing end. One thread at a time reserves and publishes; several may write into what was
/// reserved. A model checker takes a smaller ring than those that ship.
template<std::size_t RingBytes, class Atomics = NativeAtomics>
class RingProducer {
    static_assert(std::has_single_bit(RingBytes), "positions wrap by a mask");

  public:
    RingProducer(RingPositions<Atomics>* positions, std::byte* ring)
        : positions_(positions), ring_(ring) {}

    /// Whether `size` more bytes fit behind those reserved already.
    [[nodiscard]] bool fits(u64 reserved_end, u64 size) const {
        return reserved_end + size - consumed() <= RingBytes;
    }
    [[nodiscard]] u64 consumed() const {
        // Pairs with the release in RingConsumer::release: the reader has read what it gives back.
        return positions_->tail.load(std::memory_order_acquire);
    }
    void write(u64 position, const void* bytes, u64 size) const {
        if (size == 0) {
            return; // an empty span may have no address
        }
        const u64 offset = position & (RingBytes - 1);
        const u64 first = size < RingBytes - offset ? size : RingBytes - offset;
        std::memcpy(ring_ + offset, bytes, first);
        std::memcpy(ring_, static_cast<const std::byte*>(bytes) + first, size - first);
    }
    void publish(u64 end) const {
        // Pairs with the acquire in RingConsumer::available: the bytes come before their count.
        positions_->head.store(end, std::memory_order_release);
    }

  private:
    RingPositions<Atomics>* positions_;
    std::byte* ring_;
};

/// The reading end: one reader.
template<std::size_t RingBytes, class Atomics = NativeAtomics>
class RingConsumer {
  public:
    struct Chunk {
        const std::byte* bytes;
        u64 size;
    };

    constexpr RingConsumer(RingPositions<Atomics>* positions, const std::byte* ring)
        : positions_(positions), ring_(ring) {}

    /// The next contiguous bytes, none if there are none. A head that lies (a producer gone mad)
    /// gives `size` above RingBytes: the caller must refuse it.
    [[nodiscard]] Chunk available() const {
        // Pairs with the release in RingProducer::publish.
        const u64 head = positions_->head.load(std::memory_order_acquire);
        const u64 waiting = head - tail_;
        if (waiting > RingBytes) {
            return {nullptr, waiting};
        }
        const u64 offset = tail_ & (RingBytes - 1);
        const u64 contiguous = RingBytes - offset;
        return {ring_ + offset, waiting < contiguous ? waiting : contiguous};
    }
    void release(u64 size) {
        tail_ += size;
        // Pairs with the acquire in RingProducer::consumed: reading comes before giving back.
        positions_->tail.store(tail_, std::memory_order_release);
    }
    /// Copies the next `size` bytes without taking them; false when they are not all there, or the
    /// head lies.
    [[nodiscard]] bool copy(void* to, u64 size) const {
        // Pairs with the release in RingProducer::publish.
        const u64 waiting = positions_->head.load(std::memory_order_acquire) - tail_;
        if (waiting < size || waiting > RingBytes) {
            return false;
        }
        const u64 offset = tail_ & (RingBytes - 1);
        const u64 first = size < RingBytes - offset ? size : RingBytes - offset;
        std::memcpy(to, ring_ + offset, first);
        std::memcpy(static_cast<std::byte*>(to) + first, ring_, size - first);
        return true;
    }
    /// Bytes taken so far.
    [[nodiscard]] u64 position() const { return tail_; }

  private:
    RingPositions<Atomics>* positions_;
    const std::byte* ring_;
    u64 tail_ = 0;
};

} // namespace knhk
