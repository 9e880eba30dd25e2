// SPDX-License-Identifier: MIT
// XXH3 against xxhsum 0.8.1 (Debian package xxhash), over the bytes of tests/base/pattern.hpp.
#include "base/hash.hpp"
#include "base/hash_inline.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "base/xxh3_code.hpp"
#include "tests/base/pattern.hpp"
#include "tests/support/usable_kernels.hpp"

namespace knhk {
namespace {

using test::pattern;

struct Answer {
    std::size_t size;
    u64 hash_64;
    const char* hash_128;
};

// `xxhsum -H3` and `xxhsum -H2` at the lengths where XXH3 changes its ways.
constexpr Answer ANSWERS[] = {
    {0, 0x2d06800538d394c2, "99aa06d3014798d86001c324468d497f"},
    {1, 0x929e358d27ae3ee2, "e1325e21416bcdb2929e358d27ae3ee2"},
    {2, 0xf4861cd45aad8b47, "07498d832b19a59df4861cd45aad8b47"},
    {3, 0xd95f511cd1108231, "05853a388c3c4c77d95f511cd1108231"},
    {4, 0xca1c63ab788ab176, "38097a6a41e3b86a9b924e1bbb2af774"},
    {7, 0xd7280da47cd6d0ce, "3ee7cee3d28732a3a22aaa2def035535"},
    {8, 0xf9e91f27291ff523, "33254291ca3e9585d46009c4a0dce0e2"},
    {9, 0xcaf43cf2dddbdf84, "7c4c41e892cde6054fd451047034af3e"},
    {16, 0x1fbdc0fc5c58a1e6, "20842b4b9c392a29e43a6e8b5dffccff"},
    {17, 0xfee0a1ba3ee6ade1, "016fbe9ed409ac5ca1b5b5ba6967164d"},
    {31, 0x4b0449fbf02cb474, "cade7dd73e825f32cd79b30f7693c6f9"},
    {32, 0x1adce08a0a2bccb1, "8b78666750c88e21aca3689123384fa2"},
    {33, 0x95572f4bf59a18b5, "4309b2bb4bc03361e7b8f1e5740ac34a"},
    {63, 0xe4e9aff545ec0de3, "827afcd90966920507207322e1b57eb7"},
    {64, 0x90747d80b02e5d03, "f46cae845113531d0aae26619caea571"},
    {65, 0x86c27660247dacf6, "6c000608913308fb9c2c59f4b31923d1"},
    {96, 0x3bef0ead69fab8e1, "4812fa2017976895c612f519fcdff3d0"},
    {97, 0x8983a04553a1130c, "8bd4682724e93c40e49cb8d93adbb81e"},
    {128, 0x5852e3f29796b15d, "eb8f5e994acfe3a41b642bb65e1d9bfd"},
    {129, 0xccdd55e72fcbe19a, "8f4a2af11b689f90aecc0d5acd33105e"},
    {144, 0xc62c640955ec0025, "e5aa68fdce9097debcc4996690b8786e"},
    {160, 0x932893ebd96eb1f9, "8a5ab08e43a645b5af32b22b8ee1c997"},
    {176, 0x58087c0f33865a71, "91cd8e27da4415937d235177edd51adb"},
    {192, 0xe611593202d3f3bd, "30bf7a87c49a89a60e73215b649ac7dc"},
    {224, 0xfdf9d745e5b65a50, "543ba303b9576a9db4d1c9d4be443832"},
    {240, 0xfd89c11687b8b48a, "9257c837cab31d320a97182156e31a1c"},
    {241, 0xae02df2598c4ffac, "e8254789888aae01ae02df2598c4ffac"},
    {255, 0x72516c713c92e0e1, "5ad47e6a1617ae6472516c713c92e0e1"},
    {256, 0x60cc644797e04413, "0df8354db030080260cc644797e04413"},
    {257, 0xb8cd1b37f65bbd96, "60e26c5c47e9939db8cd1b37f65bbd96"},
    {300, 0x466b7cd71456d7b5, "0814b4dfa82897c2466b7cd71456d7b5"},
    {511, 0xbf129a35b49b9e42, "1f828fb1da851916bf129a35b49b9e42"},
    {512, 0x1c878490c27a1453, "c62eddb8865601891c878490c27a1453"},
    {513, 0xc5668924a63cbfb1, "88598baaf0de51f7c5668924a63cbfb1"},
    {1023, 0x253c9fb70332e769, "f8c3d422c8e24bc9253c9fb70332e769"},
    {1024, 0x5a487b950ce18bda, "5ca883a062aaac155a487b950ce18bda"},
    {1025, 0x1e0fb31a274c3954, "300c9bba1c116a311e0fb31a274c3954"},
    {4096, 0x4c2f722cdff570b3, "bdfc1bd059e43fdf4c2f722cdff570b3"},
    {100000, 0xb1535246cd3941d0, "c2c33a957dec8489b1535246cd3941d0"},
};

std::string text_of(const Digest& digest) {
    char text[DIGEST_TEXT_CHARS];
    write_hex(digest, text);
    return {text, sizeof text};
}

std::string text_of_128(std::span<const std::byte> bytes) {
    return text_of(xxh3_128(bytes.data(), bytes.size()));
}

std::string text_of_64(std::span<const std::byte> bytes) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx",
                  static_cast<unsigned long long>(xxh3_64(bytes.data(), bytes.size())));
    return text;
}

TEST(HashTest, known_answers_in_64_bits_agree) {
    for (const Answer& answer : ANSWERS) {
        const std::vector<std::byte> bytes = pattern(answer.size);
        EXPECT_EQ(xxh3_64(bytes.data(), bytes.size()), answer.hash_64) << answer.size;
    }
}

TEST(HashTest, known_answers_in_128_bits_agree_as_text) {
    for (const Answer& answer : ANSWERS) {
        EXPECT_EQ(text_of_128(pattern(answer.size)), answer.hash_128) << answer.size;
    }
}

TEST(HashTest, each_code_of_this_machine_gives_the_known_answers) {
    for (const Xxh3Code code : test::usable_xxh3()) {
        for (const Answer& answer : ANSWERS) {
            const std::vector<std::byte> bytes = pattern(answer.size);
            EXPECT_EQ(text_of(code(bytes.data(), bytes.size())), answer.hash_128) << answer.size;
        }
    }
}

TEST(HashTest, each_code_of_this_machine_agrees_at_all_lengths_and_alignments) {
    const std::vector<std::byte> bytes = pattern(5'000);
    for (const Xxh3Code code : test::usable_xxh3()) {
        for (std::size_t size = 0; size < 4'900; ++size) {
            const std::byte* const from = bytes.data() + size % 67;
            ASSERT_EQ(code(from, size), XXH3_PORTABLE(from, size)) << size;
        }
    }
}

TEST(HashTest, what_is_used_is_what_was_chosen) {
    const Xxh3Code lazy = [](const void* /*bytes*/, std::size_t size) { return Digest{size, 7}; };
    use_xxh3(lazy);
    EXPECT_EQ(xxh3_128("abc", 3), (Digest{3, 7}));
    choose_xxh3(0); // a machine without any
    EXPECT_EQ(xxh3_128("abc", 3), XXH3_PORTABLE("abc", 3));
    EXPECT_EQ(best_xxh3(0), XXH3_PORTABLE);
}

// For n in 0..300: `xxhsum -H3` and `xxhsum -H2` of pattern(n), one line each, then of all lines.
TEST(HashTest, every_short_length_agrees) {
    std::string lines_64;
    std::string lines_128;
    for (std::size_t size = 0; size <= 300; ++size) {
        lines_64 += text_of_64(pattern(size)) + "\n";
        lines_128 += text_of_128(pattern(size)) + "\n";
    }
    EXPECT_EQ(text_of_64(std::as_bytes(std::span(lines_64))), "e85149ee3867edfc");
    EXPECT_EQ(text_of_128(std::as_bytes(std::span(lines_128))), "7ebe9e70270d444a85fbe56999747a6e");
}

TEST(HashTest, inline_forms_agree_with_the_general_one) {
    for (std::size_t from = 0; from < 1000; ++from) {
        const std::vector<std::byte> bytes = pattern(from + 64);
        u64 four[4];
        u64 eight[8];
        std::memcpy(four, bytes.data() + from, sizeof four);
        std::memcpy(eight, bytes.data() + from, sizeof eight);
        EXPECT_EQ(xxh3_64_of(four), xxh3_64(four, sizeof four));
        EXPECT_EQ(xxh3_64_of(eight), xxh3_64(eight, sizeof eight));
    }
}

TEST(HashTest, hash_of_32_zeros_is_the_constant) {
    const std::byte zeros[32] = {};
    EXPECT_EQ(xxh3_64(zeros, sizeof zeros), XXH3_64_OF_32_ZEROS);
}

TEST(HashTest, unaligned_bytes_hash_like_aligned_ones) {
    const std::vector<std::byte> bytes = pattern(513);
    for (std::size_t offset = 0; offset < 16; ++offset) {
        std::vector<std::byte> moved(offset + bytes.size());
        std::memcpy(moved.data() + offset, bytes.data(), bytes.size());
        EXPECT_EQ(xxh3_64(moved.data() + offset, bytes.size()), 0xc5668924a63cbfb1) << offset;
    }
}

TEST(WriteHexTest, high_word_stands_first_and_nothing_behind_is_touched) {
    char text[DIGEST_TEXT_CHARS + 1];
    text[DIGEST_TEXT_CHARS] = '#';
    write_hex({0xFEDC'BA98'7654'3210, 0x0123'4567'89AB'CDEF}, text);
    EXPECT_EQ(std::string(text, sizeof text), "0123456789abcdeffedcba9876543210#");
}

TEST(DigestTest, low_word_stands_first_in_memory) {
    const Digest digest{1, 2};
    const auto* bytes = reinterpret_cast<const u8*>(&digest);
    EXPECT_EQ(bytes[0], 1);
    EXPECT_EQ(bytes[8], 2);
}

TEST(DigestTest, digests_differ_when_either_word_does) {
    EXPECT_EQ((Digest{1, 2}), (Digest{1, 2}));
    EXPECT_NE((Digest{1, 2}), (Digest{1, 3}));
    EXPECT_NE((Digest{1, 2}), (Digest{0, 2}));
}

} // namespace
} // namespace knhk
