// SPDX-License-Identifier: MIT
// The log's way out of the machine: a control page and a single-producer byte ring in shared
// memory. The image writes the log file's bytes into it, a host program writes them to a file as
// they come. Included by both sides; `replay/log_format.hpp` says what the bytes are.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>

#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

inline constexpr u64 DRAIN_MAGIC = 0x4E4941524B484E4B; // "KNHKRAIN"
inline constexpr u32 DRAIN_VERSION = 1;
inline constexpr std::size_t DRAIN_CONTROL_BYTES = 64 * 1024;
inline constexpr std::size_t DRAIN_RING_BYTES = 16 * 1024 * 1024;

enum class DrainPhase : u32 { Empty = 0, Running = 1, Ended = 2 };

/// Figures of a run: the image fills them, the host prints them. Beside the log, never in it.
struct RunReport {
    u64 beats;
    u64 tasks;
    u64 events;
    u64 remote_messages;
    u64 digest_low;
    u64 digest_high;
    u64 cycles; ///< hardware cycles from the start of the workers to the end
    u32 cores;
    u32 workers;
    u32 end_reason; ///< EndReason
    u32 reserved;
    u64 tasks_by_worker[CORES_MAX];
};
static_assert(sizeof(RunReport) == 72 + 8 * CORES_MAX);

/// The first DRAIN_CONTROL_BYTES of region::drain. Each side writes lines of its own.
template<class Atomics = NativeAtomics>
struct DrainControl {
    template<class T>
    using Atomic = typename Atomics::template Atomic<T>;

    // Written by the image.
    Atomic<u64> magic; ///< DRAIN_MAGIC, stored last: everything else of this line is then valid
    u32 version;
    u32 reserved;
    u64 ring_bytes;
    Atomic<u32> phase;       ///< DrainPhase; Ended is stored after the last byte and the report
    Atomic<u32> exit_status; ///< ExitStatus, valid when Ended
    alignas(SEPARATION_BYTES) Atomic<u64> head; ///< bytes produced
    Atomic<u64> beat;  ///< progress: a beat that was executed, now and then
    Atomic<u64> tasks; ///< progress: tasks executed so far

    // Written by the host.
    alignas(SEPARATION_BYTES) Atomic<u64> tail; ///< bytes consumed
    Atomic<u32> stop;                           ///< 1: end at the next beat's edge

    // Written by the image, once, before Ended.
    alignas(SEPARATION_BYTES) RunReport report;

    /// The image, alone: what it wrote before is behind the phase.
    void enter(DrainPhase to) {
        // Pairs with the acquire in `entered`.
        phase.store(static_cast<u32>(to), std::memory_order_release);
    }
    /// The host. Behind Ended lie all bytes, the exit status and the report.
    [[nodiscard]] DrainPhase entered() const {
        // Pairs with the release in `enter`.
        return static_cast<DrainPhase>(phase.load(std::memory_order_acquire));
    }
};
static_assert(sizeof(DrainControl<>) <= DRAIN_CONTROL_BYTES);
static_assert(offsetof(DrainControl<>, head) == 128 && offsetof(DrainControl<>, tail) == 256);
static_assert(offsetof(DrainControl<>, report) == 384);

/// The image's end. One thread at a time reserves and publishes (the barrier orders them); several
/// may write into what was reserved. A model checker takes a smaller ring than the one that ships.
template<class Atomics = NativeAtomics, std::size_t RingBytes = DRAIN_RING_BYTES>
class DrainProducer {
    static_assert(std::has_single_bit(RingBytes), "positions wrap by a mask");

  public:
    DrainProducer(DrainControl<Atomics>* control, std::byte* ring)
        : control_(control), ring_(ring) {}

    /// Whether `size` more bytes fit behind those reserved already.
    [[nodiscard]] bool fits(u64 reserved_end, u64 size) const {
        // Pairs with the release in DrainConsumer::release: the host has read what it gives back.
        const u64 tail = control_->tail.load(std::memory_order_acquire);
        return reserved_end + size - tail <= RingBytes;
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
        // Pairs with the acquire in DrainConsumer::available: the bytes come before their count.
        control_->head.store(end, std::memory_order_release);
    }

  private:
    DrainControl<Atomics>* control_;
    std::byte* ring_;
};

/// The host's end: one reader.
template<class Atomics = NativeAtomics, std::size_t RingBytes = DRAIN_RING_BYTES>
class DrainConsumer {
  public:
    struct Chunk {
        const std::byte* bytes;
        u64 size;
    };

    DrainConsumer(DrainControl<Atomics>* control, const std::byte* ring)
        : control_(control), ring_(ring) {}

    /// The next contiguous bytes, none if there are none. A head that lies (a producer gone mad)
    /// gives `size` above RingBytes: the caller must refuse it.
    [[nodiscard]] Chunk available() const {
        // Pairs with the release in DrainProducer::publish.
        const u64 head = control_->head.load(std::memory_order_acquire);
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
        // Pairs with the acquire in DrainProducer::fits: reading comes before giving back.
        control_->tail.store(tail_, std::memory_order_release);
    }

  private:
    DrainControl<Atomics>* control_;
    const std::byte* ring_;
    u64 tail_ = 0;
};

} // namespace knhk
