// SPDX-License-Identifier: MIT
// SHA-256 against FIPS 180's examples and against python's hashlib, in each way that this machine
// can make it.
#include "base/sha256.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/sha256_code.hpp"
#include "tests/base/pattern.hpp"
#include "tests/base/sha256_checks.hpp"
#include "tests/support/usable_kernels.hpp"

namespace knhk {
namespace {

using test::hex_text;
using test::pattern;

std::string sha256_text(std::string_view text) {
    return hex_text(sha256(std::as_bytes(std::span(text))));
}

class Sha256Test : public testing::TestWithParam<Sha256Code> {
  protected:
    void SetUp() override { use_sha256(GetParam()); }
    void TearDown() override { use_sha256(sha256_portable); }
};

TEST_P(Sha256Test, examples_of_the_standard_agree) {
    EXPECT_EQ(sha256_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_text("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256_text("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                          "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
              "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

TEST_P(Sha256Test, million_letters_a_agree) {
    EXPECT_EQ(sha256_text(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// python: sha256(b''.join(sha256(pattern(n)).digest() for n in range(301)))
TEST_P(Sha256Test, every_length_around_the_block_borders_agrees) {
    Sha256 all;
    for (std::size_t size = 0; size <= 300; ++size) {
        const Sha256Digest digest = sha256(pattern(size));
        all.update(std::as_bytes(std::span(digest)));
    }
    EXPECT_EQ(hex_text(all.finish()),
              "0ba11c02a52da25fa742e80155ee80c1e8d3317d320fd8e1e978058fb9dea5b0");
}

TEST_P(Sha256Test, two_pieces_give_the_digest_of_the_whole_at_every_cut) {
    const std::vector<std::byte> bytes = pattern(260);
    const Sha256Digest whole = sha256(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        Sha256 hasher;
        hasher.update(std::span(bytes).first(cut));
        hasher.update(std::span(bytes).subspan(cut));
        EXPECT_EQ(hasher.finish(), whole) << "cut at " << cut;
    }
}

TEST_P(Sha256Test, pieces_of_any_size_give_the_digest_of_the_whole) {
    const std::vector<std::byte> bytes = pattern(1000);
    const Sha256Digest whole = sha256(bytes);
    for (std::size_t piece = 1; piece <= 130; ++piece) {
        Sha256 hasher;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            const std::size_t left = bytes.size() - at;
            hasher.update(std::span(bytes).subspan(at, piece < left ? piece : left));
        }
        EXPECT_EQ(hasher.finish(), whole) << "pieces of " << piece;
    }
}

TEST_P(Sha256Test, random_lengths_in_random_pieces_give_what_the_portable_one_gives_at_once) {
    constexpr u64 SAMPLES = 2000;
    u64 draws = 0;
    const auto draw = [&](u64 below) { return random_number(1, {}, {}, ++draws) % below; };
    for (u64 sample = 0; sample < SAMPLES; ++sample) {
        const std::vector<std::byte> bytes = pattern(draw(1500));
        Sha256 hasher;
        for (std::span<const std::byte> left(bytes); !left.empty();) {
            const std::size_t piece = std::min<std::size_t>(draw(200), left.size());
            hasher.update(left.first(piece));
            left = left.subspan(piece);
        }
        const Sha256Digest pieced = hasher.finish();
        use_sha256(sha256_portable);
        EXPECT_EQ(pieced, sha256(bytes)) << bytes.size();
        use_sha256(GetParam());
    }
}

TEST_P(Sha256Test, random_states_and_blocks_are_taken_as_the_portable_one_takes_them) {
    EXPECT_EQ(checks::wrong_sha256(GetParam(), 20'000), 0U);
}

// What the check is worth: one that leaves out the last block is found.
TEST(Sha256ChecksTest, block_that_is_left_out_is_found) {
    const Sha256Code lazy = [](u32* state, const std::byte* blocks, std::size_t count) {
        sha256_portable(state, blocks, count == 9 ? 8 : count);
    };
    EXPECT_EQ(checks::wrong_sha256(lazy, 100), 10U);
}

std::string name_of_way(const testing::TestParamInfo<Sha256Code>& info) {
    return info.param == sha256_portable ? "portable" : "instructions";
}

INSTANTIATE_TEST_SUITE_P(Ways, Sha256Test, testing::ValuesIn(test::usable_sha256()), name_of_way);

} // namespace
} // namespace knhk
