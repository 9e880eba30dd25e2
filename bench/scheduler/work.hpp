// SPDX-License-Identifier: MIT
// What every task of this bench computes, ours and the peers' alike, and the bare loop over it in
// whose multiples the rows are told.
#pragma once

#include "base/types.hpp"

namespace knhk::bench {

/// About 11 cycles in a loop: four words out of one, each through three dependent multiplies, which
/// no compiler turns into vectors.
inline u64 work(u64 value) {
    constexpr u64 FACTORS[] = {0x9E37'79B9'7F4A'7C15, 0xA24B'AED4'963E'E407, 0xD6E8'FEB8'6659'FD93,
                               0xBF58'476D'1CE4'E5B9};
    constexpr int MULTIPLIES = 3;
    u64 sum = 0;
    for (const u64 factor : FACTORS) {
        u64 word = value ^ factor;
        for (int i = 0; i < MULTIPLIES; ++i) {
            __extension__ using u128 = unsigned __int128;
            const u128 product = u128{word} * factor;
            word = static_cast<u64>(product) ^ static_cast<u64>(product >> 64);
        }
        sum ^= word;
    }
    return sum;
}

/// The value, which the compiler computes before whatever comes behind. No instruction.
[[gnu::always_inline]] inline u64 computed_here(u64 value) {
    asm volatile("" : "+r"(value));
    return value;
}

/// One cache line, as our task.
struct alignas(64) BareTask {
    u64 value;
    u64 runs;
    u64 unused[6];
};

/// By pointer, never inlined: as any scheduler must call it.
void bare_handler(BareTask& task);

/// Cycles a task of the loop that does nothing else: the floor under every row.
[[nodiscard]] double bare_loop_cycles();
/// Of so many such loops at once, each on a CPU of its own, wall clock: more than of one where CPUs
/// share a core.
[[nodiscard]] double bare_loops_cycles(u32 threads);

} // namespace knhk::bench
