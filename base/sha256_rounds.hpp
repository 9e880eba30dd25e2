// SPDX-License-Identifier: MIT
// The rounds of FIPS 180-4. No inline function for several files: those that include this are
// compiled for different processors (tests/tree/check_kernel_objects.py).
#pragma once

#include <cstring>

#include "base/types.hpp"

namespace knhk {

inline constexpr u32 SHA256_ROUNDS = 64;
inline constexpr std::size_t SHA256_BLOCK_BYTES = 64;

alignas(16) constexpr u32 SHA256_CONSTANTS[SHA256_ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// In code for one word at a time. `Sigmas` is a type of the including file's own, with the four
/// functions that rotate and shift.
template<class Sigmas>
struct Sha256Words {
    static void expand(const std::byte* block, u32* words) {
        for (u32 i = 0; i < 16; ++i) {
            u32 value;
            std::memcpy(&value, block + 4 * i, sizeof value);
            words[i] = __builtin_bswap32(value);
        }
        for (u32 i = 16; i < SHA256_ROUNDS; ++i) {
            words[i] = words[i - 16] + Sigmas::small0(words[i - 15]) + words[i - 7] +
                       Sigmas::small1(words[i - 2]);
        }
    }

    static void take_block(u32* state, const std::byte* block) {
        u32 words[SHA256_ROUNDS];
        expand(block, words);
        u32 before[8];
        std::memcpy(before, state, sizeof before);
        auto [a, b, c, d, e, f, g, h] = before;
        for (u32 i = 0; i < SHA256_ROUNDS; ++i) {
            const u32 t1 =
                h + Sigmas::big1(e) + ((e & f) ^ (~e & g)) + SHA256_CONSTANTS[i] + words[i];
            const u32 t2 = Sigmas::big0(a) + ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }
        const u32 mixed[8] = {a, b, c, d, e, f, g, h};
        for (u32 i = 0; i < 8; ++i) {
            state[i] = before[i] + mixed[i];
        }
    }

    static void take(u32* state, const std::byte* blocks, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            take_block(state, blocks + SHA256_BLOCK_BYTES * i);
        }
    }
};

} // namespace knhk
