// SPDX-License-Identifier: MIT
// What kernels do with whole words, for instruction sets that have nothing better. Static: each
// file has its own copy (isa/kernels/kernel_set.hpp says why).
#pragma once

#include "isa/kernel_table.hpp"

namespace knhk {

inline constexpr u32 ALL_ROWS = (u32{1} << RUN_ROWS) - 1;

static inline u32 live_rows(u32 length) {
    return (u32{1} << length) - 1;
}

/// Of eight bits: summed in pairs, in fours, and all.
static inline u32 bits_set(u32 bits) {
    bits -= bits >> 1 & 0x55;
    bits = (bits & 0x33) + (bits >> 2 & 0x33);
    return (bits + (bits >> 4)) & 0x0F;
}

/// All bits or none.
static inline u64 whole_word(bool is_set) {
    return ~(u64{is_set} - 1);
}

/// The rows that count: none of a run with another predicate.
static inline u32 rows_of(const TripleRun& run, const Query& query) {
    return live_rows(run.length) & static_cast<u32>(whole_word(run.predicate == query.predicate));
}

/// All of a result behind its rows.
static inline void finish(RowResult& result, u32 mask, u64 predicate) {
    result.predicate = predicate & whole_word(mask != 0);
    result.mask = mask;
    result.count = bits_set(mask);
    for (u64& word : result.reserved) {
        word = 0;
    }
}

} // namespace knhk
