// SPDX-License-Identifier: MIT
// What a snapshot says, what a query answers and what a receipt holds, written from docs/sigma.md
// and docs/isa.md alone: rows one by one, words one by one.
#pragma once

#include <optional>

#include "tests/model/model.hpp"

namespace knhk::model {

struct SigmaTask {
    u16 pattern = 0; ///< its id
    u16 cost = 0;
    u16 when_true = 0;
    u16 when_false = 0;
    std::vector<u16> guards;
    std::vector<u16> hooks;
    std::vector<u16> branches;
    u64 need = 0;
    u64 rounds = 0;
    u64 failures = 0;
    u64 successes = 0;
    u64 beats = 0;
    u64 ticks = 0;
};

struct SigmaGuard {
    u8 kind = 0;
    u8 word = 0;
    u16 custom = 0;
    u64 value = 0;
};

struct SigmaHook {
    u8 op = 0;
    u8 flags = 0;
    u32 threshold = 0;
    u64 subject = 0;
    u64 predicate = 0;
    u64 object = 0;
};

/// docs/patterns.md.
enum Pattern : u16 {
    SEQUENCE,
    PARALLEL_SPLIT,
    SYNCHRONIZATION,
    EXCLUSIVE_CHOICE,
    SIMPLE_MERGE,
    MULTI_CHOICE,
    STRUCTURED_MERGE,
    MULTI_MERGE,
    DISCRIMINATOR,
    ARBITRARY_CYCLES,
    IMPLICIT_TERMINATION,
    DEFERRED_CHOICE = 15,
    TIMEOUT = 43,
    CANCELLATION,
    RETRY,
    CIRCUIT_BREAKER
};

/// Those whose entries lie with the case's home core.
[[nodiscard]] bool looks_at_home(u16 pattern);

struct SigmaSnapshot {
    std::vector<SigmaTask> tasks;
    std::vector<SigmaHook> hooks;
    std::vector<SigmaGuard> guards;
};

/// Of bytes that begin with a snapshot and its receipt, with all five invariants.
[[nodiscard]] std::optional<SigmaSnapshot> read_snapshot(std::span<const std::byte> bytes);

/// A query, and what came of it.
struct Asked {
    u8 op = 0;
    u64 subject = 0;
    u64 predicate = 0;
    u64 object = 0;
    u64 threshold = 0;
};
struct Answered {
    bool yes = false;
    u32 rows = 0; ///< of what is emitted
    Bytes result; ///< 192 bytes; none of boolean operations
};
/// The rows that came of it.
[[nodiscard]] ModelTriples emitted_by(const Answered& answered);
[[nodiscard]] Answered ask(const ModelTriples& run, const Asked& asked, const ModelFaults& faults);

/// What a receipt says of the content.
[[nodiscard]] u64 binding_hash(const ModelTriples& run, const Asked& asked,
                               const Answered& answered);

/// S ^ P ^ O over the rows.
[[nodiscard]] u64 exclusive_or(const ModelTriples& run);

/// isa.md, Receipts.
struct ModelReceipt {
    u64 cycle = 0;
    u64 shard = 0;
    u64 hook = 0;
    u64 ticks = 0;
    u64 lanes = 0;
    u64 sequence = 0;
    u64 a_hash = 0;
    u64 content = 0;
};
/// Its 64 bytes.
void append_receipt(Bytes& receipts, const ModelReceipt& receipt);

} // namespace knhk::model
