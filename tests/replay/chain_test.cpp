// SPDX-License-Identifier: MIT
// The chain against digests that xxhsum computed from bytes that python packed.
#include "replay/chain.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace knhk {
namespace {

std::string text_of(const Digest& digest) {
    char text[DIGEST_TEXT_CHARS];
    write_hex(digest, text);
    return {text, sizeof text};
}

/// Word c of core c: 0x0101.. times c + 1, and 0x1010.. times c + 1.
ChainStep step_of_four_cores() {
    ChainStep step{{0x1111'1111'1111'1111, 0x2222'2222'2222'2222}, 8, 1234, {}};
    for (u64 core = 0; core < 4; ++core) {
        step.core_digests[core] = {0x0101'0101'0101'0101 * (core + 1),
                                   0x1010'1010'1010'1010 * (core + 1)};
    }
    return step;
}

// head -c 48 /dev/zero | xxhsum -H2
TEST(ChainTest, first_step_of_one_idle_core_agrees) {
    EXPECT_EQ(text_of(chain_digest(ChainStep{}, 1)), "505cd4e066810498e255222d4cbbadba");
}

// python: struct.pack('<QQQQ', 0x1111..., 0x2222..., 8, 1234) + the cores' words; xxhsum -H2
TEST(ChainTest, step_hashes_previous_beat_time_and_as_many_cores_as_run) {
    EXPECT_EQ(text_of(chain_digest(step_of_four_cores(), 4)), "0f7ae802b4e86275153c21f15ab0e875");
    EXPECT_EQ(text_of(chain_digest(step_of_four_cores(), 1)), "de2a93d320e226a96144ef8e0200df21");
}

void append(std::vector<u8>& bytes, u64 word) {
    for (u32 i = 0; i < 8; ++i) {
        bytes.push_back(static_cast<u8>(word >> (8 * i)));
    }
}

TEST(ChainTest, step_of_256_cores_is_the_hash_of_its_bytes_packed_by_hand) {
    ChainStep step{{5, 6}, 7, 8, {}};
    std::vector<u8> bytes;
    for (const u64 word : {5, 6, 7, 8}) {
        append(bytes, word);
    }
    for (u64 core = 0; core < CORES_MAX; ++core) {
        step.core_digests[core] = {core * 3, ~core};
        append(bytes, core * 3);
        append(bytes, ~core);
    }
    EXPECT_EQ(chain_digest(step, CORES_MAX), xxh3_128(bytes.data(), bytes.size()));
}

TEST(ChainTest, last_core_counts_and_cores_behind_it_do_not) {
    ChainStep step = step_of_four_cores();
    const Digest before = chain_digest(step, 4);
    step.core_digests[4] = {1, 1};
    EXPECT_EQ(chain_digest(step, 4), before);
    step.core_digests[3].high ^= 1;
    EXPECT_NE(chain_digest(step, 4), before);
}

// python: struct.pack('<QQQQ', 1, 2, 3, 4); xxhsum -H2
TEST(RunDigestTest, identity_stands_before_chain) {
    EXPECT_EQ(text_of(run_digest({1, 2}, {3, 4})), "93e085440feb4ed733491ce3a4ecfabd");
}

} // namespace
} // namespace knhk
