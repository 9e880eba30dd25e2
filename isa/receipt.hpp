// SPDX-License-Identifier: MIT
// What is left of an evaluated hook: which one, on which run, with which result, and a hash over
// all of that. Whoever has the run and the hook can evaluate it again and hold the hash against his
// own (docs/isa.md).
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "base/hash_inline.hpp"
#include "base/types.hpp"
#include "isa/op_code.hpp"
#include "isa/query.hpp"

namespace knhk {

struct Receipt {
    u64 hash;
    u64 run; ///< its number
    u64 subject;
    u64 object; ///< what was asked for: the hook's, or the task's own
    u32 task;   ///< its number in the snapshot
    u32 ticks;  ///< used until it was written, the writing included
    u32 lanes;  ///< rows that the run has
    u32 rows;   ///< a bit for each that was emitted
    u16 hook;   ///< its number in the snapshot
    OpCode op;
    u8 answer; ///< 1: true, or something was emitted
    u32 reserved[3];
};
static_assert(sizeof(Receipt) == 64 && std::has_unique_object_representations_v<Receipt>);
static_assert(offsetof(Receipt, subject) == 16 && offsetof(Receipt, task) == 32);
static_assert(offsetof(Receipt, hook) == 48 && offsetof(Receipt, reserved) == 52);

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

/// Two words under two keys: their product of 128 bits, folded.
[[nodiscard]] inline u64 mix(u64 a, u64 b, u32 key) {
    __extension__ using u128 = unsigned __int128;
    const u128 product = static_cast<u128>(a ^ KEY[key]) * (b ^ KEY[key + 1]);
    return static_cast<u64>(product) ^ static_cast<u64>(product >> 64);
}

} // namespace binding

/// Of the run's rows, and no others, the query and what it came to. The run has at most RUN_ROWS;
/// the threshold is a hook's, of 32 bits.
[[nodiscard, gnu::always_inline]] inline u64 hash_of(const TripleRun& run, OpCode op,
                                                     const Query& query, QueryResult result) {
    using binding::mix;
    constexpr u32 BEHIND_ROWS = 2 * RUN_ROWS;
    const u64 ending = u64{static_cast<u8>(op)} | u64{run.length} << 8 | u64{result.answer} << 16 |
                       u64{result.rows} << 24 | query.threshold << 32;
    u64 sum = ending * xxh3::PRIME + mix(query.subject, query.object, BEHIND_ROWS) +
              mix(run.predicate, query.predicate, BEHIND_ROWS + 2);
#pragma GCC unroll 8
    for (u32 row = 0; row < RUN_ROWS; ++row) {
        if (row == run.length) {
            break;
        }
        sum += mix(run.subjects[row], run.objects[row], 2 * row);
    }
    return xxh3::avalanche(sum);
}

} // namespace knhk
