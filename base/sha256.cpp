// SPDX-License-Identifier: MIT
#include "base/sha256.hpp"

#include <bit>
#include <cstring>

#include "base/sha256_code.hpp"
#include "base/sha256_rounds.hpp"

namespace knhk {

namespace {

struct Portable {
    static u32 small0(u32 a) { return std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3); }
    static u32 small1(u32 a) { return std::rotr(a, 17) ^ std::rotr(a, 19) ^ (a >> 10); }
    static u32 big0(u32 a) { return std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22); }
    static u32 big1(u32 a) { return std::rotr(a, 6) ^ std::rotr(a, 11) ^ std::rotr(a, 25); }
};

/// Written before there are others that hash.
constinit Sha256Code code = sha256_portable;

} // namespace

void sha256_portable(u32* state, const std::byte* blocks, std::size_t count) {
    Sha256Words<Portable>::take(state, blocks, count);
}

void use_sha256(Sha256Code chosen) {
    code = chosen;
}

Sha256Code used_sha256() {
    return code;
}

/// What fills up a block that was begun.
std::size_t Sha256::take_begun(std::span<const std::byte> bytes) {
    const std::size_t room = BLOCK_BYTES - block_used_;
    const std::size_t part = bytes.size() < room ? bytes.size() : room;
    std::memcpy(block_.data() + block_used_, bytes.data(), part);
    block_used_ += part;
    if (block_used_ == BLOCK_BYTES) {
        code(state_.data(), block_.data(), 1);
        block_used_ = 0;
    }
    return part;
}

void Sha256::update(std::span<const std::byte> bytes) {
    total_bytes_ += bytes.size();
    if (block_used_ != 0) {
        bytes = bytes.subspan(take_begun(bytes));
    }
    // Behind a block that is still begun, nothing is left.
    const std::size_t blocks = bytes.size() / BLOCK_BYTES;
    if (blocks != 0) {
        code(state_.data(), bytes.data(), blocks);
        bytes = bytes.subspan(blocks * BLOCK_BYTES);
    }
    if (!bytes.empty()) {
        take_begun(bytes);
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
