// SPDX-License-Identifier: MIT
// One event of the log: 32 bytes, as they are hashed and as they stand in the file.
#pragma once

#include <cstddef>
#include <type_traits>

#include "base/bytes.hpp"

namespace knhk {

enum class EventKind : u8 {
    TaskEnqueued = 1,  ///< hash of the task's 64 bytes; status is its level, ORDERED_LEVEL or
                       ///< DELTA_LEVEL; ticks the rows of a delta
    TaskExecuted = 2,  ///< hash of its output; ticks; status is its TaskStatus
    StateChange = 3,   ///< hash of the core's state slab; task_id 0
    ExternalInput = 4, ///< hash of the input's bytes; task_id of the task it brings
    TaskStolen = 5,    ///< hash of the task's 64 bytes; status is its level; ticks the victim core
    Promotion = 6, ///< hash: of the id that is followed now; task_id of who asked; ticks: for which
                   ///< number; status 0 promoted, 1 another one was, 2 it is damaged
    Commit = 7,    ///< an epoch's receipts and assertions: hash of both; ticks how many receipts;
                   ///< task_id: rows looked at in the high half, asserted ones in the low
};

/// The numbers of a workload's snapshots are below; behind them, what tasks may ask for besides.
inline constexpr u32 SNAPSHOTS_MAX = CHATMAN;
inline constexpr u32 SNAPSHOT_LOADED = SNAPSHOTS_MAX;     ///< it came piece by piece
inline constexpr u32 SNAPSHOT_BEFORE = SNAPSHOTS_MAX + 1; ///< that was followed before this one
inline constexpr u32 SNAPSHOT_NUMBERS = SNAPSHOTS_MAX + 2;

/// The status of a TaskEnqueued that entered the ordered heap.
inline constexpr u8 ORDERED_LEVEL = 3;
/// Of one that entered the delta ring.
inline constexpr u8 DELTA_LEVEL = 4;

/// How a task ended (docs/determinism.md, 2.7, says which one wins).
enum class TaskStatus : u8 {
    Ok = 0,
    QueueFull = 1,        ///< a ring, the heap or the outbox refused an emission
    EmitLimit = 2,        ///< an eighth emission was refused
    InvalidTask = 3,      ///< an emission was no valid task
    InvalidTimestamp = 4, ///< an ordered emission was for a time too late
    GuardFailed = 5,      ///< the handler did not run
    OverBudget = 6,       ///< more ticks than allowed, and no second run
    Parked = 7,           ///< more ticks than allowed: runs once more from the warm ring
    StateDenied = 8,      ///< a stateless task asked for state, or another core for core 0's
    NoObservation = 9,    ///< an observation that does not exist
    NoSnapshot = 10,      ///< no such snapshot, nothing of that number in it, or no such run
    NoBranch = 11,        ///< no condition of a choice was true, and nothing follows then
    Waits = 12,           ///< its case's other tokens are waited for
    Swallowed = 13,       ///< it came too late, or its case is cancelled
};

/// In the hash of a task that ended with GuardFailed: a guard's id, or behind all ids the number of
/// a guard of the snapshot.
inline constexpr u32 SIGMA_GUARD_BASE = 1024;

struct Event {
    u64 timestamp;
    u64 task_id;
    u64 hash;
    u32 ticks;
    u16 core;
    u8 kind;
    u8 status;
};

/// As an assignment, but in one store.
[[gnu::always_inline]] inline void write(Event* to, const Event& event) {
    store_words(to, event.timestamp, event.task_id, event.hash,
                u64{event.ticks} | u64{event.core} << 32 | u64{event.kind} << 48 |
                    u64{event.status} << 56);
}

static_assert(sizeof(Event) == 32 && std::has_unique_object_representations_v<Event>);
static_assert(offsetof(Event, timestamp) == 0 && offsetof(Event, task_id) == 8);
static_assert(offsetof(Event, hash) == 16 && offsetof(Event, ticks) == 24);
static_assert(offsetof(Event, core) == 28 && offsetof(Event, kind) == 30);
static_assert(offsetof(Event, status) == 31);

} // namespace knhk
