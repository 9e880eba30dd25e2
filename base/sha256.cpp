// SPDX-License-Identifier: MIT
#include "base/sha256.hpp"

#include <bit>
#include <cstring>

namespace knhk {

namespace {

constexpr std::array<u32, 64> ROUND_CONSTANTS{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

u32 load_be(const std::byte* from) {
    u32 value;
    std::memcpy(&value, from, sizeof value);
    return __builtin_bswap32(value);
}

std::array<u32, 64> schedule_of(const std::byte* block) {
    std::array<u32, 64> words;
    for (u32 i = 0; i < 16; ++i) {
        words[i] = load_be(block + 4 * i);
    }
    for (u32 i = 16; i < 64; ++i) {
        const u32 a = words[i - 15];
        const u32 b = words[i - 2];
        const u32 s0 = std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3);
        const u32 s1 = std::rotr(b, 17) ^ std::rotr(b, 19) ^ (b >> 10);
        words[i] = words[i - 16] + s0 + words[i - 7] + s1;
    }
    return words;
}

} // namespace

void Sha256::compress(const std::byte* block) {
    const std::array<u32, 64> words = schedule_of(block);
    auto [a, b, c, d, e, f, g, h] = state_;
    for (u32 i = 0; i < 64; ++i) {
        const u32 s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const u32 t1 = h + s1 + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[i] + words[i];
        const u32 s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const u32 t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const std::array<u32, 8> mixed{a, b, c, d, e, f, g, h};
    for (u32 i = 0; i < 8; ++i) {
        state_[i] += mixed[i];
    }
}

void Sha256::update(std::span<const std::byte> bytes) {
    total_bytes_ += bytes.size();
    while (!bytes.empty()) {
        const std::size_t room = BLOCK_BYTES - block_used_;
        const std::size_t part = bytes.size() < room ? bytes.size() : room;
        std::memcpy(block_.data() + block_used_, bytes.data(), part);
        block_used_ += part;
        bytes = bytes.subspan(part);
        if (block_used_ == BLOCK_BYTES) {
            compress(block_.data());
            block_used_ = 0;
        }
    }
}

Sha256Digest Sha256::finish() {
    const u64 total_bits = total_bytes_ * 8;
    std::array<std::byte, BLOCK_BYTES + 8> padding{};
    padding[0] = std::byte{0x80};
    const std::size_t zeros_end = block_used_ < 56 ? 56 - block_used_ : 120 - block_used_;
    update(std::span(padding).first(zeros_end));
    std::array<std::byte, 8> length;
    const u64 big_endian = __builtin_bswap64(total_bits);
    std::memcpy(length.data(), &big_endian, sizeof big_endian);
    update(length);
    Sha256Digest digest;
    for (u32 i = 0; i < 8; ++i) {
        const u32 word = __builtin_bswap32(state_[i]);
        std::memcpy(digest.data() + 4 * i, &word, sizeof word);
    }
    return digest;
}

Sha256Digest sha256(std::span<const std::byte> bytes) {
    Sha256 hasher;
    hasher.update(bytes);
    return hasher.finish();
}

} // namespace knhk
