// SPDX-License-Identifier: MIT
// SHA-256 with the SHA2 part of Arm's cryptographic extension.
#include <arm_neon.h>

#include "base/sha256_code.hpp"
#include "base/sha256_rounds.hpp"

namespace knhk {
namespace {

struct State {
    uint32x4_t abcd;
    uint32x4_t efgh;
};

[[gnu::always_inline]] inline uint32x4_t load_words(const std::byte* from) {
    return vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(reinterpret_cast<const u8*>(from))));
}

[[gnu::always_inline]] inline void four_rounds(State& state, uint32x4_t words, u32 first) {
    const uint32x4_t sums = vaddq_u32(words, vld1q_u32(SHA256_CONSTANTS + first));
    const uint32x4_t abcd = state.abcd;
    state.abcd = vsha256hq_u32(abcd, state.efgh, sums);
    state.efgh = vsha256h2q_u32(state.efgh, abcd, sums);
}

void take_blocks(u32* to, const std::byte* blocks, std::size_t count) {
    State state{vld1q_u32(to), vld1q_u32(to + 4)};
    for (; count != 0; --count, blocks += SHA256_BLOCK_BYTES) {
        const State before = state;
        uint32x4_t words[4];
#pragma GCC unroll 16
        for (u32 i = 0; i < 16; ++i) {
            uint32x4_t& now = words[i % 4];
            now = i < 4 ? load_words(blocks + 16 * i)
                        : vsha256su1q_u32(vsha256su0q_u32(now, words[(i + 1) % 4]),
                                          words[(i + 2) % 4], words[(i + 3) % 4]);
            four_rounds(state, now, 4 * i);
        }
        state.abcd = vaddq_u32(state.abcd, before.abcd);
        state.efgh = vaddq_u32(state.efgh, before.efgh);
    }
    vst1q_u32(to, state.abcd);
    vst1q_u32(to + 4, state.efgh);
}

} // namespace

constinit const Sha256Code SHA256_INSTRUCTIONS = take_blocks;

} // namespace knhk
