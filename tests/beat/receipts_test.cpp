// SPDX-License-Identifier: MIT
// Merged receipts may be cut anywhere; ids are never 0 and tell apart what they name.
#include "beat/receipts.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <set>
#include <vector>

namespace knhk {
namespace {

bool equal(const Receipt& a, const Receipt& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

Receipt any_receipt(std::mt19937_64& random) {
    const auto word = [&] { return static_cast<u32>(random()); };
    // Lanes of all magnitudes: some sums are above 32 bits.
    return {.cycle = random(),
            .shard = random(),
            .hook = random(),
            .ticks = word(),
            .actual_ticks = word(),
            .lanes = word() >> random() % 32,
            .pad = 0,
            .span = random(),
            .a_hash = random()};
}

constexpr Receipt FIRST{1, 2, 3, 4, 50, 6, 0, 0xF0, 0x3C};
constexpr Receipt SECOND{9, 8, 7, 6, 40, 3, 0, 0x0F, 0x0C};
static_assert(merge(FIRST, SECOND).cycle == 1 && merge(FIRST, SECOND).shard == 2);
static_assert(merge(FIRST, SECOND).hook == 3 && merge(FIRST, SECOND).pad == 0);
static_assert(merge(FIRST, SECOND).ticks == 6 && merge(FIRST, SECOND).actual_ticks == 50);
static_assert(merge(FIRST, SECOND).lanes == 9);
static_assert(merge(FIRST, SECOND).span == 0xFF && merge(FIRST, SECOND).a_hash == 0x30);

TEST(MergedReceipt, is_the_same_wherever_a_batch_is_cut) {
    std::mt19937_64 random(17);
    for (u32 round = 0; round < 2000; ++round) {
        std::vector<Receipt> all(3 + random() % 6);
        for (Receipt& receipt : all) {
            receipt = any_receipt(random);
        }
        const auto merged = [&](u64 begin, u64 end) {
            Receipt sum = all[begin];
            for (u64 i = begin + 1; i < end; ++i) {
                sum = merge(sum, all[i]);
            }
            return sum;
        };
        const Receipt whole = merged(0, all.size());
        for (u64 seam = 1; seam < all.size(); ++seam) {
            ASSERT_TRUE(equal(merge(merged(0, seam), merged(seam, all.size())), whole)) << seam;
        }
    }
}

TEST(MergedReceipt, has_as_many_lanes_as_32_bits_hold) {
    Receipt many = FIRST;
    many.lanes = ~u32{0} - 5;
    EXPECT_EQ(merge(many, FIRST).lanes, ~u32{0});
    EXPECT_EQ(merge(merge(many, FIRST), SECOND).lanes, ~u32{0});
    many.lanes = ~u32{0} - 6;
    EXPECT_EQ(merge(many, FIRST).lanes, ~u32{0}) << "exactly";
}

TEST(Span, is_that_of_a_run_where_the_hook_names_its_shard) {
    for (const u64 shard : {u64{0}, u64{3}, u64{255}}) {
        const u64 hook = hook_number(shard, 7, 2);
        EXPECT_EQ(span_of({11, shard, hook, 5}), span_id(11, hook, 5));
    }
}

TEST(Span, differs_with_each_of_its_four_words_and_is_never_0) {
    std::set<u64> spans{0};
    u32 count = 1;
    for (u64 cycle = 0; cycle < 12; ++cycle) {
        for (u64 shard = 0; shard < 12; ++shard) {
            for (u64 hook = 0; hook < 12; ++hook) {
                for (u64 sequence = 0; sequence < 12; ++sequence) {
                    spans.insert(span_of({cycle, shard, hook, sequence}));
                    ++count;
                }
            }
        }
    }
    EXPECT_EQ(spans.size(), count);
}

TEST(HookOfPredicate, has_the_shard_above_the_folded_fnv_1a_of_eight_bytes) {
    // FNV-1a of eight zero bytes is the basis times the prime to the eighth.
    u64 zeros = FNV1A_OFFSET;
    for (u32 i = 0; i < 8; ++i) {
        zeros *= FNV1A_PRIME;
    }
    EXPECT_EQ(hook_of_predicate(0, 0), static_cast<u32>(zeros ^ zeros >> 32));
    EXPECT_EQ(hook_of_predicate(5, 0) >> 32, 5u);
    // The lowest byte comes first: "foobar" and two zero bytes behind it.
    const u64 text = fnv1a_64(std::string_view("foobar\0\0", 8));
    EXPECT_EQ(predicate_number(0x7261'626F'6F66), static_cast<u32>(text ^ text >> 32));
    static_assert(hook_of_predicate(1, 2) != hook_of_predicate(1, 3));
}

} // namespace
} // namespace knhk
