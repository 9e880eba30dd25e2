// SPDX-License-Identifier: MIT
// The words of the contract as types: none converts to another by itself.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace knhk {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// The Chatman constant: ticks of a hot task, beats of an epoch, guards of a task.
inline constexpr u32 CHATMAN = 8;
inline constexpr u32 CORES_MAX = 256;
/// Of the caches.
inline constexpr std::size_t LINE_BYTES = 64;
/// Independent of who runs next to whom: two lines, because prefetchers fetch lines in pairs.
inline constexpr std::size_t SEPARATION_BYTES = 128;

/// A logical core, 0..C-1. Which worker runs it is never visible.
struct CoreId {
    u16 raw;
    friend auto operator<=>(const CoreId&, const CoreId&) = default;
};

/// A task's name. Its low bits choose its home core. Need not be unique.
struct TaskId {
    u64 raw;
    friend auto operator<=>(const TaskId&, const TaskId&) = default;
};

/// Logical (Lamport) time.
struct Timestamp {
    u64 raw;
    friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

/// The number of a beat, from 0.
struct Beat {
    u64 raw;
    [[nodiscard]] constexpr u32 slot() const { return static_cast<u32>(raw % CHATMAN); }
    [[nodiscard]] constexpr bool pulse() const { return slot() == 0; }
    friend auto operator<=>(const Beat&, const Beat&) = default;
};

/// Virtual cost. Hardware time is `Cycles`; neither converts to the other.
struct Tick {
    u32 raw;
    friend auto operator<=>(const Tick&, const Tick&) = default;
};

/// Hardware cycles: telemetry, never in a log.
struct Cycles {
    u64 raw;
    friend auto operator<=>(const Cycles&, const Cycles&) = default;
};

constexpr CoreId home_of(TaskId id, u32 cores) {
    return CoreId{static_cast<u16>(id.raw & (cores - 1))};
}

} // namespace knhk
