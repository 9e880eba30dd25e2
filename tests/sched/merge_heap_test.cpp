// SPDX-License-Identifier: MIT
// The heap of cursors: it always shows the smallest.
#include "sched/merge_heap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace knhk {
namespace {

struct Cursor {
    u64 value;
    u32 list;
    [[nodiscard]] bool before(const Cursor& other) const { return value < other.value; }
};

TEST(MergeHeap, new_heap_is_empty) {
    MergeHeap<Cursor, 4> heap;
    heap.order();
    EXPECT_TRUE(heap.empty());
}

TEST(MergeHeap, first_is_the_smallest_of_every_arrangement) {
    std::vector<u64> values = {1, 2, 3, 4, 5, 6, 7};
    do {
        MergeHeap<Cursor, 7> heap;
        for (const u64 value : values) {
            heap.add({value, 0});
        }
        heap.order();
        for (u32 expected = 1; expected <= 7; ++expected) {
            ASSERT_FALSE(heap.empty());
            ASSERT_EQ(heap.first().value, expected);
            heap.drop_first();
        }
        ASSERT_TRUE(heap.empty());
    } while (std::next_permutation(values.begin(), values.end()));
}

TEST(MergeHeap, replaced_first_sinks_to_where_it_belongs) {
    std::mt19937_64 random(7);
    for (u32 lists = 1; lists <= 32; ++lists) {
        MergeHeap<Cursor, 32> heap;
        std::vector<std::vector<u64>> sorted(lists);
        std::vector<u64> all;
        for (auto& list : sorted) {
            for (u64 count = 1 + random() % 20; count > 0; --count) {
                list.push_back(random() % 100);
                all.push_back(list.back());
            }
            std::sort(list.begin(), list.end());
            heap.add({list[0], static_cast<u32>(&list - sorted.data())});
        }
        heap.order();
        std::sort(all.begin(), all.end());
        std::vector<u32> at(lists);
        for (const u64 expected : all) {
            const Cursor first = heap.first();
            ASSERT_EQ(first.value, expected);
            const auto& list = sorted[first.list];
            if (++at[first.list] == list.size()) {
                heap.drop_first();
            } else {
                heap.replace_first({list[at[first.list]], first.list});
            }
        }
        ASSERT_TRUE(heap.empty());
    }
}

} // namespace
} // namespace knhk
