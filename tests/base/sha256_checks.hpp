// SPDX-License-Identifier: MIT
// One way of taking blocks in against the portable one, on random states and blocks, at all
// alignments. For hosted tests and for programs inside an image.
#pragma once

#include <algorithm>

#include "base/sha256_code.hpp"
#include "isa/random.hpp"

namespace knhk::checks {

/// How many of so many samples it gets wrong.
inline u64 wrong_sha256(Sha256Code code, u64 samples) {
    constexpr u64 BLOCKS_MAX = 9;
    constexpr u64 BYTES = 64 * BLOCKS_MAX + 16;
    u64 wrong = 0;
    for (u64 sample = 0; sample < samples; ++sample) {
        alignas(16) u64 words[BYTES / sizeof(u64)];
        u32 expected[8];
        u32 found[8];
        for (u64 i = 0; i < BYTES / sizeof(u64); ++i) {
            words[i] = random_number(0, TaskId{sample}, {}, i);
        }
        for (u32 i = 0; i < 8; ++i) {
            expected[i] = found[i] = static_cast<u32>(random_number(1, TaskId{sample}, {}, i));
        }
        const std::byte* const blocks = reinterpret_cast<std::byte*>(words) + sample % 16;
        const u64 count = sample % (BLOCKS_MAX + 1);
        sha256_portable(expected, blocks, count);
        code(found, blocks, count);
        wrong += std::equal(expected, expected + 8, found) ? 0 : 1;
    }
    return wrong;
}

} // namespace knhk::checks
