// SPDX-License-Identifier: MIT
// SHA-256 with x86_64's SHA instructions, SSSE3 and SSE4.1. Two registers hold the state in the
// order that sha256rnds2 wants: words a, b, e, f and words c, d, g, h, the first one highest.
#include <immintrin.h>

#include "base/sha256_code.hpp"
#include "base/sha256_rounds.hpp"

namespace knhk {
namespace {

using Quad = __m128i;

struct State {
    Quad abef;
    Quad cdgh;
};

[[gnu::always_inline]] inline Quad load(const void* from) {
    return _mm_loadu_si128(static_cast<const Quad*>(from));
}

[[gnu::always_inline]] inline State in_order(const u32* state) {
    const Quad cdab = _mm_shuffle_epi32(load(state), 0xB1);
    const Quad efgh = _mm_shuffle_epi32(load(state + 4), 0x1B);
    return {_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0)};
}

[[gnu::always_inline]] inline void put(const State& from, u32* state) {
    const Quad feba = _mm_shuffle_epi32(from.abef, 0x1B);
    const Quad dchg = _mm_shuffle_epi32(from.cdgh, 0xB1);
    auto* const to = reinterpret_cast<Quad*>(state);
    _mm_storeu_si128(to, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128(to + 1, _mm_alignr_epi8(dchg, feba, 8));
}

[[gnu::always_inline]] inline void four_rounds(State& state, Quad words, u32 first) {
    const Quad sums = _mm_add_epi32(words, load(SHA256_CONSTANTS + first));
    state.cdgh = _mm_sha256rnds2_epu32(state.cdgh, state.abef, sums);
    state.abef = _mm_sha256rnds2_epu32(state.abef, state.cdgh, _mm_shuffle_epi32(sums, 0x0E));
}

/// The four words behind sixteen.
[[gnu::always_inline]] inline Quad next_words(Quad w0, Quad w1, Quad w2, Quad w3) {
    const Quad sums = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sums, w3);
}

void take_blocks(u32* to, const std::byte* blocks, std::size_t count) {
    const Quad big_endian = _mm_set_epi64x(0x0C0D0E0F'08090A0B, 0x04050607'00010203);
    State state = in_order(to);
    for (; count != 0; --count, blocks += SHA256_BLOCK_BYTES) {
        const State before = state;
        Quad words[4];
#pragma GCC unroll 16
        for (u32 i = 0; i < 16; ++i) {
            Quad& now = words[i % 4];
            now = i < 4
                      ? _mm_shuffle_epi8(load(blocks + 16 * i), big_endian)
                      : next_words(now, words[(i + 1) % 4], words[(i + 2) % 4], words[(i + 3) % 4]);
            four_rounds(state, now, 4 * i);
        }
        state.abef = _mm_add_epi32(state.abef, before.abef);
        state.cdgh = _mm_add_epi32(state.cdgh, before.cdgh);
    }
    put(state, to);
}

} // namespace

constinit const Sha256Code SHA256_INSTRUCTIONS = take_blocks;

} // namespace knhk
