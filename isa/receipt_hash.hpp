// SPDX-License-Identifier: MIT
// The hashes of a receipt (docs/isa.md). They are most of what a receipt costs, so each instruction
// set may have its own: all give the same bits.
#pragma once

#include <array>

#include "base/hash_inline.hpp"
#include "base/types.hpp"
#include "isa/query.hpp"
#include "isa/triple_run.hpp"

namespace knhk {

/// What a receipt says of a run and a query.
struct ReceiptHashes {
    u64 a_hash;  ///< S ^ P ^ O over the rows: blind to their order, 0 of rows that cancel out
    u64 content; ///< of the rows, and no others, the query and what it came to
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

/// What is hashed beside the rows: who asked what, and in `ending` the rest.
[[nodiscard, gnu::always_inline]] inline u64 mix_query(const TripleRun& run, const Query& query,
                                                       u64 ending) {
    constexpr u32 BEHIND_ROWS = 2 * RUN_ROWS;
    return ending * xxh3::PRIME + mix(query.subject, query.object, BEHIND_ROWS) +
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

} // namespace knhk
