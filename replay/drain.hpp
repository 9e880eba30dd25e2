// SPDX-License-Identifier: MIT
// What image and host share of a run: a control page, the ring by which the log's bytes leave the
// machine, and the ring by which bytes come in while it runs. Included by both sides;
// `replay/log_format.hpp` says what the log's bytes are, `replay/intake.hpp` those that come in.
#pragma once

#include "replay/byte_ring.hpp"

namespace knhk {

inline constexpr u64 DRAIN_MAGIC = 0x4E4941524B484E4B; // "KNHKRAIN"
inline constexpr u32 DRAIN_VERSION = 4;
// region::drain: the control page, the log's ring, the intake's ring.
inline constexpr std::size_t DRAIN_CONTROL_BYTES = 64 * 1024;
inline constexpr std::size_t DRAIN_RING_BYTES = 16 * 1024 * 1024;
inline constexpr std::size_t INTAKE_RING_BYTES = 1024 * 1024;
inline constexpr std::size_t DRAIN_BYTES =
    DRAIN_CONTROL_BYTES + DRAIN_RING_BYTES + INTAKE_RING_BYTES;

template<class Atomics = NativeAtomics, std::size_t RingBytes = DRAIN_RING_BYTES>
using DrainProducer = RingProducer<RingBytes, Atomics>;
template<class Atomics = NativeAtomics, std::size_t RingBytes = DRAIN_RING_BYTES>
using DrainConsumer = RingConsumer<RingBytes, Atomics>;
using IntakeProducer = RingProducer<INTAKE_RING_BYTES>; ///< the host
using IntakeConsumer = RingConsumer<INTAKE_RING_BYTES>; ///< the image

/// More bits than inputs can be in the intake: one of them is not used again before the host can
/// have seen it.
inline constexpr u64 REFUSED_WORDS = 256;

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

/// Of a checkpoint of which more will come.
inline constexpr u64 DRAIN_CHECKPOINT_GOES_ON = ~u64{0};

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
    Atomic<u64> beat;        ///< progress: a beat that was executed, now and then
    Atomic<u64> tasks;       ///< progress: tasks executed so far
    /// Bytes of the log's ring from `begin` to `end` are no part of the log but of a checkpoint.
    /// Stored before the first of them is published, and not again before the host has said that it
    /// saw the end: it may have consumed the last of them and not looked at `end` yet.
    Atomic<u64> checkpoint_begin;
    Atomic<u64> checkpoint_end;

    // Inputs from outside (docs/determinism.md, 2.11) that have left the intake.
    Atomic<u64> inputs_done; ///< accepted or refused
    Atomic<u64> inputs_refused;

    RingPositions<Atomics> log; ///< the image writes

    // Written by the host.
    alignas(SEPARATION_BYTES) Atomic<u32> stop; ///< 1: end at the next beat's edge
    Atomic<u32> intake_closed;                  ///< 1: nothing follows what is in the intake
    Atomic<u32> checkpoints_asked; ///< how many checkpoints were asked for, beside regular ones
    u32 reserved_of_host;
    Atomic<u64> checkpoint_taken; ///< the `end` of the last checkpoint that the host is done with

    RingPositions<Atomics> intake; ///< the host writes

    // Written by the image, once, before Ended.
    alignas(SEPARATION_BYTES) RunReport report;

    /// Written by the image: bit n is set if the n-th input from outside was refused, modulo the
    /// bits. Stored before inputs_done counts it; by both sides reached through `atomic_ref` alone.
    alignas(SEPARATION_BYTES) u64 refused_bits[REFUSED_WORDS];

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
static_assert(offsetof(DrainControl<>, log) == 128 && offsetof(DrainControl<>, stop) == 384);
static_assert(offsetof(DrainControl<>, intake) == 512 && offsetof(DrainControl<>, report) == 768);

} // namespace knhk
