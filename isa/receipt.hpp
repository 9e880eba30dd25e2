// SPDX-License-Identifier: MIT
// What is left of a query that was put to a run: where and when, at which cost, a hash of the rows
// as they are (the one that the receipts of KNHK have always had), and one that binds what came out
// to what was looked at, in its order. Whoever has the run and the query evaluates it again and
// holds both against his own (docs/isa.md): hash(A) = hash(mu(O)).
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "base/hash_inline.hpp"
#include "base/types.hpp"
#include "isa/op_code.hpp"
#include "isa/query.hpp"
#include "isa/triple_run.hpp"

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

/// What a receipt says of a run and a query.
struct ReceiptHashes {
    u64 a_hash;  ///< S ^ P ^ O over the rows: blind to their order, 0 of rows that cancel out
    u64 content; ///< of the rows, and no others, the query and what it came to
};

/// One cache line.
struct SealedReceipt {
    Receipt receipt;
    u64 content; ///< binding_hash()

    [[gnu::always_inline]] void bind(const ReceiptHashes& hashes) {
        receipt.a_hash = hashes.a_hash;
        content = hashes.content;
    }
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

namespace binding {

/// Two for each row, and four behind them.
inline constexpr u32 KEYS = 2 * RUN_ROWS + 4;

/// SplitMix64 from zero on.
consteval std::array<u64, KEYS> make_keys() {
    std::array<u64, KEYS> keys{};
    u64 state = 0;
    for (u64& key : keys) {
        state += 0x9E37'79B9'7F4A'7C15;
        key = (state ^ state >> 30) * 0xBF58'476D'1CE4'E5B9;
        key = (key ^ key >> 27) * 0x94D0'49BB'1331'11EB;
        key ^= key >> 31;
    }
    return keys;
}
inline constexpr std::array<u64, KEYS> KEY = make_keys();

// All inline, so that what is made of it belongs to the file of an instruction set alone.

/// Two words under two words of the keys: their product of 128 bits, folded.
[[nodiscard, gnu::always_inline]] inline u64 mix(u64 a, u64 b, u32 key) {
    __extension__ using u128 = unsigned __int128;
    const u128 product = static_cast<u128>(a ^ KEY[key]) * (b ^ KEY[key + 1]);
    return static_cast<u64>(product) ^ static_cast<u64>(product >> 64);
}

/// What the sum has beside the rows: who asked what, and ending_of().
[[nodiscard, gnu::always_inline]] inline u64 mix_query(const TripleRun& run, const Query& query,
                                                       u64 ending) {
    constexpr u32 BEHIND_ROWS = 2 * RUN_ROWS;
    return ending + mix(query.subject, query.object, BEHIND_ROWS) +
           mix(run.predicate, query.predicate, BEHIND_ROWS + 2);
}

/// One row after the other.
[[nodiscard, gnu::always_inline]] inline ReceiptHashes hash_rows(const TripleRun& run,
                                                                 const Query& query, u64 ending) {
    u64 sum = mix_query(run, query, ending);
    u64 folded = (run.length & 1) != 0 ? run.predicate : 0;
#pragma GCC unroll 8
    for (u32 row = 0; row < RUN_ROWS; ++row) {
        if (row == run.length) {
            break;
        }
        sum += mix(run.subjects[row], run.objects[row], 2 * row);
        folded ^= run.subjects[row] ^ run.objects[row];
    }
    return {folded, xxh3::avalanche(sum)};
}

} // namespace binding

/// What the answer yes is in the sum. No other bit of what is multiplied stands in its place.
inline constexpr u64 ENDING_YES = xxh3::PRIME << 16;

/// What the sum has of it beside the rows and the query's words. The threshold is a hook's, of 32
/// bits.
[[nodiscard, gnu::always_inline]] inline u64 ending_of(const TripleRun& run, OpCode op,
                                                       const Query& query, QueryResult result) {
    const u64 rest = u64{static_cast<u8>(op)} | u64{run.length} << 8 | u64{result.rows} << 24 |
                     query.threshold << 32;
    return rest * xxh3::PRIME + (result.answer ? ENDING_YES : 0);
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
