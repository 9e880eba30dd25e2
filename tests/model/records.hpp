// SPDX-License-Identifier: MIT
// The records of docs/log-format.md as the model writes them: tasks, events and digests. Shares no
// code with the runtime, so that one of them can be wrong alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace knhk::model {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using Bytes = std::vector<std::byte>;

inline constexpr u8 HIGH = 0;
inline constexpr u8 NORMAL = 1;
inline constexpr u8 LOW = 2;
inline constexpr u8 LEVELS = 3;
// Bits of a task's flags.
inline constexpr u8 STATELESS = 1;
inline constexpr u8 IS_DELTA = 2;
inline constexpr u8 BRINGS_ROWS = 4;

/// log-format.md, Task.
struct ModelTask {
    u64 id = 0;
    std::array<u16, 8> guards = {};
    u16 handler = 0;
    u8 level = NORMAL;
    u8 budget = 8;
    u8 guard_count = 0;
    u8 flags = 0;
    std::array<u8, 2> reserved = {};
    std::array<u64, 4> payload = {};

    [[nodiscard]] std::array<std::byte, 64> encode() const;
    [[nodiscard]] bool stateless() const { return (flags & STATELESS) != 0; }
    [[nodiscard]] bool is_delta() const { return (flags & IS_DELTA) != 0; }
    [[nodiscard]] bool brings_rows() const { return (flags & BRINGS_ROWS) != 0; }
};

enum ModelKind : u8 {
    TASK_ENQUEUED = 1,
    TASK_EXECUTED,
    STATE_CHANGE,
    EXTERNAL_INPUT,
    TASK_STOLEN,
    PROMOTION,
    COMMIT
};

enum ModelStatus : u8 {
    OK = 0,
    QUEUE_FULL,
    EMIT_LIMIT,
    INVALID_TASK,
    INVALID_TIMESTAMP,
    GUARD_FAILED,
    OVER_BUDGET,
    PARKED,
    STATE_DENIED,
    NO_OBSERVATION,
    NO_SNAPSHOT,
    NO_BRANCH,
    WAITS,
    SWALLOWED
};

/// log-format.md, Event.
struct ModelEvent {
    u64 timestamp = 0;
    u64 task_id = 0;
    u64 hash = 0;
    u32 ticks = 0;
    u16 core = 0;
    u8 kind = 0;
    u8 status = 0;

    [[nodiscard]] std::array<std::byte, 32> encode() const;
    [[nodiscard]] static ModelEvent decode(std::span<const std::byte, 32> bytes);
    friend bool operator==(const ModelEvent&, const ModelEvent&) = default;
};

/// As it is stored: low word first.
using ModelDigest = std::array<std::byte, 16>;

/// The `size` low bytes of `value`, little-endian.
void append(Bytes& bytes, u64 value, u32 size);
/// The number that was appended so, from byte `at` on.
[[nodiscard]] u64 number_at(std::span<const std::byte> bytes, u64 at, u64 size);
void append(Bytes& bytes, std::span<const std::byte> more);
void append(Bytes& bytes, const std::string& text);

[[nodiscard]] u64 hash64(std::span<const std::byte> bytes);
[[nodiscard]] ModelDigest hash128(std::span<const std::byte> bytes);
/// As text: 32 hex digits, high word first.
[[nodiscard]] std::string hex(const ModelDigest& digest);

/// log-format.md, Digests: h of one core.
[[nodiscard]] ModelDigest core_digest(const std::vector<ModelEvent>& events);
/// log-format.md, Digests: E after a beat.
[[nodiscard]] ModelDigest next_chain(const ModelDigest& before, u64 beat, u64 start_time,
                                     const std::vector<std::vector<ModelEvent>>& events_by_core);
/// log-format.md, Digests: D.
[[nodiscard]] ModelDigest digest_of_run(const ModelDigest& identity, const ModelDigest& chain);

} // namespace knhk::model
