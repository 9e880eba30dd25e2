// SPDX-License-Identifier: MIT
// The lockchain against RFC 6962's own words: its definition as a recursion, and the test vectors
// of the first Certificate Transparency implementation.
#include "replay/lockchain.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace knhk {
namespace {

using Leaves = std::vector<Sha256Digest>;

Sha256Digest hash_of(const std::string& text) {
    return sha256(std::as_bytes(std::span(text)));
}

std::string bytes_of(const Sha256Digest& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string hex_of(const Sha256Digest& hash) {
    constexpr const char* DIGITS = "0123456789abcdef";
    std::string text;
    for (const char c : bytes_of(hash)) {
        text += DIGITS[static_cast<u8>(c) >> 4];
        text += DIGITS[static_cast<u8>(c) & 15];
    }
    return text;
}

std::string from_hex(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
    }
    return bytes;
}

/// RFC 6962, 2.1: MTH, of leaves that are hashed already.
Sha256Digest root_by_definition(std::span<const Sha256Digest> leaves) {
    if (leaves.empty()) {
        return hash_of("");
    }
    if (leaves.size() == 1) {
        return leaves[0];
    }
    const std::size_t left = std::bit_floor(leaves.size() - 1);
    return hash_of('\1' + bytes_of(root_by_definition(leaves.first(left))) +
                   bytes_of(root_by_definition(leaves.subspan(left))));
}

Sha256Digest leaf_number(u64 number) {
    return hash_of(std::string(1, '\0') + "leaf " + std::to_string(number));
}

Lockchain chain_of(std::span<const Sha256Digest> leaves) {
    Lockchain chain{};
    for (const Sha256Digest& leaf : leaves) {
        chain.append(leaf);
    }
    return chain;
}

/// Leaves and roots of google/certificate-transparency's merkle_tree_test.
TEST(LockchainTest, roots_of_the_known_test_vectors_are_the_known_roots) {
    const std::vector<std::string> inputs = {
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    };
    const std::vector<std::string> roots = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };
    Lockchain chain{};
    for (std::size_t i = 0; i < roots.size(); ++i) {
        EXPECT_EQ(hex_of(chain.root()), roots[i]) << i << " leaves";
        if (i < inputs.size()) {
            chain.append(hash_of(std::string(1, '\0') + from_hex(inputs[i])));
        }
    }
}

TEST(LockchainTest, root_is_that_of_the_definition_for_any_number_of_leaves) {
    Leaves leaves;
    Lockchain chain{};
    for (u64 count = 0; count <= 130; ++count) {
        EXPECT_EQ(chain.leaves(), count);
        ASSERT_EQ(chain.root(), root_by_definition(leaves)) << count << " leaves";
        leaves.push_back(leaf_number(count));
        chain.append(leaves.back());
    }
}

TEST(LockchainTest, root_changes_nothing) {
    Lockchain chain{};
    chain.append(leaf_number(1));
    chain.append(leaf_number(2));
    chain.append(leaf_number(3));
    const Lockchain before = chain;
    static_cast<void>(chain.root());
    EXPECT_EQ(std::memcmp(&chain, &before, sizeof chain), 0);
}

TEST(LockchainTest, node_begins_with_the_byte_one) {
    const Sha256Digest left = leaf_number(1);
    const Sha256Digest right = leaf_number(2);
    EXPECT_EQ(node_hash(left, right), hash_of('\1' + bytes_of(left) + bytes_of(right)));
    EXPECT_NE(node_hash(left, right), node_hash(right, left));
}

TEST(LockchainTest, leaf_is_the_documents_42_bytes) {
    const EpochLeaf leaf{0x0102030405060708,
                         0x1112131415161718,
                         0x2122232425262728,
                         {0x3132333435363738, 0x4142434445464748}};
    std::string bytes("\0\1", 2); // a leaf; an epoch
    bytes += from_hex("0807060504030201"
                      "1817161514131211"
                      "2827262524232221"
                      "3837363534333231"
                      "4847464544434241");
    ASSERT_EQ(bytes.size(), 42u);
    EXPECT_EQ(leaf_hash(leaf), hash_of(bytes));
}

TEST(LockchainTest, every_field_of_a_leaf_counts) {
    const EpochLeaf leaf{1, 2, 3, {4, 5}};
    for (u32 field = 0; field < 5; ++field) {
        EpochLeaf other = leaf;
        u64* const fields[] = {&other.index, &other.beats, &other.events, &other.run_digest.low,
                               &other.run_digest.high};
        *fields[field] ^= u64{1} << 63;
        EXPECT_NE(leaf_hash(other), leaf_hash(leaf)) << field;
    }
}

TEST(LockchainTest, peaks_that_are_not_used_are_zero) {
    Lockchain chain{};
    for (u64 count = 1; count <= 70; ++count) {
        chain.append(leaf_number(count));
        EXPECT_EQ(chain.peak_count(), static_cast<u32>(std::popcount(count)));
        for (u32 i = 0; i < Lockchain::PEAKS_MAX; ++i) {
            EXPECT_EQ(chain.peak(i) == Sha256Digest{}, i >= chain.peak_count())
                << count << " " << i;
        }
    }
}

TEST(LockchainTest, peaks_are_the_roots_of_the_full_subtrees_largest_first) {
    Leaves leaves;
    for (u64 i = 0; i < 11; ++i) { // 8, 2 and 1
        leaves.push_back(leaf_number(i));
    }
    const Lockchain chain = chain_of(leaves);
    const std::span<const Sha256Digest> all = leaves;
    ASSERT_EQ(chain.peak_count(), 3u);
    EXPECT_EQ(chain.peak(0), root_by_definition(all.first(8)));
    EXPECT_EQ(chain.peak(1), root_by_definition(all.subspan(8, 2)));
    EXPECT_EQ(chain.peak(2), leaves[10]);
}

TEST(LockchainTest, restored_tree_grows_as_the_first_one) {
    for (u64 before = 0; before <= 20; ++before) {
        Leaves leaves;
        for (u64 i = 0; i < before; ++i) {
            leaves.push_back(leaf_number(i));
        }
        Lockchain first = chain_of(leaves);
        Leaves peaks;
        for (u32 i = 0; i < first.peak_count(); ++i) {
            peaks.push_back(first.peak(i));
        }
        Lockchain second = chain_of(Leaves(30, leaf_number(99))); // what it was before is gone
        second.restore(first.leaves(), peaks.data());
        EXPECT_EQ(std::memcmp(&first, &second, sizeof first), 0) << before;
        for (u64 i = 0; i < 5; ++i) {
            first.append(leaf_number(1000 + i));
            second.append(leaf_number(1000 + i));
            EXPECT_EQ(first.root(), second.root()) << before << " " << i;
        }
    }
}

} // namespace
} // namespace knhk
