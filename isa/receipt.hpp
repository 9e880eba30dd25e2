// SPDX-License-Identifier: MIT
// What is left of a query that was put to a run: where and when, at which cost, a hash of the rows
// as they are (the one that the receipts of KNHK have always had), and one that binds what came out
// to what was looked at, in its order. Whoever has the run and the query evaluates it again and
// holds both against his own (docs/isa.md): hash(A) = hash(mu(O)).
#pragma once

#include <cstddef>
#include <type_traits>

#include "base/hash_inline.hpp"
#include "base/types.hpp"
#include "isa/kernel_table.hpp"
#include "isa/op_code.hpp"
#include "isa/query.hpp"
#include "isa/receipt_hash.hpp"

namespace knhk {

/// As C sees it, too. Nothing changes one behind its making.
struct Receipt {
    u64 cycle; ///< the beat
    u64 shard; ///< the core
    u64 hook;  ///< hook_number(), or what the caller of the C interface calls it
    u32 ticks; ///< virtual, used until it was written, the writing included
    /// Hardware cycles, where somebody measures them: not in a run, whose receipts are hashed.
    u32 actual_ticks;
    u32 lanes; ///< rows that were looked at
    u32 pad;   ///< 0
    u64 span;  ///< span_id()
    u64 a_hash;
};
static_assert(sizeof(Receipt) == 56 && std::has_unique_object_representations_v<Receipt>);
static_assert(offsetof(Receipt, cycle) == 0 && offsetof(Receipt, shard) == 8);
static_assert(offsetof(Receipt, hook) == 16 && offsetof(Receipt, ticks) == 24);
static_assert(offsetof(Receipt, actual_ticks) == 28 && offsetof(Receipt, lanes) == 32);
static_assert(offsetof(Receipt, pad) == 36 && offsetof(Receipt, span) == 40);
static_assert(offsetof(Receipt, a_hash) == 48);

/// One cache line.
struct SealedReceipt {
    Receipt receipt;
    u64 content; ///< binding_hash()
};
static_assert(sizeof(SealedReceipt) == 64 &&
              std::has_unique_object_representations_v<SealedReceipt>);

/// Of a hook of the snapshot in a task of it. Numbers cannot collide, as hashes of predicates can.
constexpr u64 hook_number(u64 shard, u32 task, u16 hook) {
    return shard << 32 | u64{task & 0xFFFF} << 16 | hook;
}

/// Never 0. `sequence` tells the receipts of one core and beat apart: below 2^24, it makes the ids
/// of one hook unique.
constexpr u64 span_id(u64 cycle, u64 hook, u64 sequence) {
    u64 mixed = (cycle << 24 ^ sequence) * xxh3::PRIME + hook;
    mixed = (mixed ^ mixed >> 33) * 0xFF51'AFD7'ED55'8CCD;
    mixed ^= mixed >> 33;
    return mixed != 0 ? mixed : 1;
}

/// What a query came to.
struct QueryResult {
    bool answer;
    u32 rows; ///< a bit for each emitted one
};

/// What the hashes take of it beside the rows and the query's words. The threshold is a hook's, of
/// 32 bits.
[[nodiscard, gnu::always_inline]] inline u64 ending_of(const TripleRun& run, OpCode op,
                                                       const Query& query, QueryResult result) {
    return u64{static_cast<u8>(op)} | u64{run.length} << 8 | u64{result.answer} << 16 |
           u64{result.rows} << 24 | query.threshold << 32;
}

/// The run has at most RUN_ROWS.
[[nodiscard, gnu::always_inline]] inline ReceiptHashes
receipt_hashes(const KernelTable& kernels, const TripleRun& run, OpCode op, const Query& query,
               QueryResult result) {
    return kernels.hash_rows(run, query, ending_of(run, op, query, result));
}

/// Where, when and by which hook.
struct ReceiptPlace {
    u64 cycle;
    u64 shard;
    u64 hook;
    u64 span;
};
/// What it cost: virtual ticks, and hardware cycles where somebody measured them.
struct ReceiptCost {
    u32 ticks;
    u32 actual_ticks = 0;
};

[[nodiscard, gnu::always_inline]] inline SealedReceipt
seal(const ReceiptPlace& place, ReceiptCost cost, u32 lanes, const ReceiptHashes& hashes) {
    return {.receipt = {.cycle = place.cycle,
                        .shard = place.shard,
                        .hook = place.hook,
                        .ticks = cost.ticks,
                        .actual_ticks = cost.actual_ticks,
                        .lanes = lanes,
                        .pad = 0,
                        .span = place.span,
                        .a_hash = hashes.a_hash},
            .content = hashes.content};
}

[[nodiscard]] inline u64 a_hash_of(const TripleRun& run) {
    return binding::hash_rows(run, Query{}, 0).a_hash;
}

[[nodiscard]] inline u64 binding_hash(const TripleRun& run, OpCode op, const Query& query,
                                      QueryResult result) {
    return binding::hash_rows(run, query, ending_of(run, op, query, result)).content;
}

} // namespace knhk
