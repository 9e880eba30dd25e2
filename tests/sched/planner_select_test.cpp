// SPDX-License-Identifier: MIT
// X: which ordered entries the barrier selects, in which order, and what each core is told of it.
#include "sched/planner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/sched/by_hand.hpp"

namespace knhk {
namespace {

using test::ByHand;
using test::Input;
using test::task_of;

struct Entry {
    u64 key;
    u64 enqueued;
    u32 core;
    auto operator<=>(const Entry&) const = default;
};

class Selecting : public testing::Test {
  protected:
    /// Puts the entries into the heaps of so many cores, and selects what is due at `time`.
    void select(u32 cores, const std::vector<Entry>& entries, u64 time) {
        hand_.set_up(cores, {});
        for (const Entry& entry : entries) {
            ASSERT_TRUE(
                hand_.heap(entry.core).push(task_of(entry.core), {entry.key, entry.enqueued}));
        }
        hand_.beat(0);
        hand_.outcome.busy = true; // no jump
        hand_.outcome.clock_max = time;
        ASSERT_TRUE(hand_.plan_next());
    }
    /// The cores of X, in its order; checks that each core was told its own places, ascending.
    [[nodiscard]] std::vector<u32> order() const {
        const Selection& x = hand_.plan().ordered;
        std::vector<u32> order(x.count, 999);
        for (u32 core = 0; x.count != 0 && core < hand_.setup.cores; ++core) {
            EXPECT_EQ(x.begin[core], core == 0 ? 0 : x.end[core - 1]);
            for (u32 at = x.begin[core]; at < x.end[core]; ++at) {
                EXPECT_TRUE(at == x.begin[core] || x.rank[at - 1] < x.rank[at]);
                order.at(x.rank[at]) = core;
            }
        }
        EXPECT_EQ(std::count(order.begin(), order.end(), 999u), 0);
        return order;
    }
    ByHand hand_;
};

TEST_F(Selecting, smallest_key_comes_first_wherever_it_lies) {
    select(4, {{30, 1, 0}, {10, 9, 2}, {20, 5, 0}, {5, 7, 3}}, 100);
    EXPECT_EQ(order(), (std::vector<u32>{3, 2, 0, 0}));
}

TEST_F(Selecting, equal_keys_are_ordered_by_the_time_of_their_entry_then_by_core) {
    select(4, {{10, 3, 0}, {10, 1, 3}, {10, 2, 2}, {10, 2, 1}, {10, 4, 3}}, 100);
    EXPECT_EQ(order(), (std::vector<u32>{3, 1, 2, 0, 3}));
}

TEST_F(Selecting, key_at_g_is_selected_and_the_first_above_it_stops) {
    select(2, {{99, 1, 0}, {100, 2, 1}, {101, 3, 0}, {101, 4, 1}}, 100);
    EXPECT_EQ(order(), (std::vector<u32>{0, 1}));
    select(2, {{101, 3, 0}}, 100);
    EXPECT_EQ(hand_.plan().ordered.count, 0u);
}

TEST_F(Selecting, x_has_256_entries_at_most) {
    std::vector<Entry> entries;
    for (u64 i = 0; i < 400; ++i) {
        entries.push_back({1000 - i, 1, static_cast<u32>(i % 2)});
    }
    select(2, entries, 5000);
    const auto cores = order();
    ASSERT_EQ(cores.size(), 256u);
    for (u32 i = 0; i < 256; ++i) {
        EXPECT_EQ(cores[i], (i + 1) % 2) << "at " << i; // the smallest key is that of i = 399
    }
}

TEST_F(Selecting, one_core_alone_can_have_all_256) {
    std::vector<Entry> entries;
    for (u64 i = 0; i < 300; ++i) {
        entries.push_back({i, i, 0});
    }
    select(1, entries, 5000);
    EXPECT_EQ(order(), std::vector<u32>(256, 0));
}

TEST_F(Selecting, selection_stops_at_the_entry_that_is_one_too_many_for_its_core) {
    // At C = 256, E is 16. What comes behind the 17th of core 7 may not run before it.
    std::vector<Entry> entries;
    for (u64 i = 0; i < 20; ++i) {
        entries.push_back({10 + i, 1, 7});
    }
    entries.push_back({5, 1, 200});
    entries.push_back({25, 1, 9}); // behind core 7's 16th
    entries.push_back({26, 2, 8}); // behind its 17th
    select(256, entries, 5000);
    std::vector<u32> expected(16, 7);
    expected.insert(expected.begin(), 200);
    expected.push_back(9);
    EXPECT_EQ(order(), expected);
}

TEST_F(Selecting, sixteen_of_a_core_may_be_selected_at_256_cores_and_no_limit_is_reached) {
    std::vector<Entry> entries;
    for (u64 i = 0; i < 16; ++i) {
        entries.push_back({10, i, 7});
    }
    entries.push_back({11, 0, 8});
    select(256, entries, 5000);
    EXPECT_EQ(order().size(), 17u);
}

TEST_F(Selecting, entries_leave_their_heaps_when_they_run_and_the_rest_follows) {
    std::vector<Entry> entries;
    for (u64 i = 0; i < 20; ++i) {
        entries.push_back({10, i, 7});
    }
    select(256, entries, 5000);
    ASSERT_EQ(order().size(), 16u);
    hand_.run();
    EXPECT_EQ(hand_.heap(7).size(), 4u);
    EXPECT_EQ(hand_.outcome.clock_max, 5016u);
    ASSERT_TRUE(hand_.plan_next());
    EXPECT_EQ(order(), std::vector<u32>(4, 7));
}

TEST_F(Selecting, random_heaps_of_every_number_of_cores_are_merged_like_one_sorted_list) {
    std::mt19937_64 random(11);
    for (u32 cores = 1; cores <= 256; cores *= 2) {
        std::vector<Entry> entries;
        std::vector<u64> enqueued(cores);
        for (u32 i = 0; i < 350; ++i) {
            const auto core = static_cast<u32>(random() % cores);
            if (enqueued[core] < ordered_capacity(cores)) {
                entries.push_back({random() % 40, ++enqueued[core], core});
            }
        }
        select(cores, entries, 30);
        std::sort(entries.begin(), entries.end());
        std::vector<u32> expected;
        std::vector<u32> of_core(cores);
        for (const Entry& entry : entries) {
            if (entry.key > 30 || expected.size() == 256 ||
                of_core[entry.core] == 16384 / cores / 4) {
                break;
            }
            ++of_core[entry.core];
            expected.push_back(entry.core);
        }
        EXPECT_EQ(order(), expected) << cores << " cores";
    }
}

TEST_F(Selecting, ordered_inputs_of_all_cores_run_in_one_order) {
    std::vector<Input> inputs;
    for (u64 i = 0; i < 40; ++i) {
        inputs.push_back({.task = task_of(i), .time = 1000 - 10 * i});
    }
    hand_.set_up(4, inputs);
    std::vector<std::pair<u64, u64>> ran;
    while (hand_.step()) {
        for (u32 core = 0; core < 4; ++core) {
            for (const Event& event : test::of_kind(hand_.events(core), EventKind::TaskExecuted)) {
                ran.emplace_back(event.timestamp, event.task_id);
            }
        }
    }
    std::sort(ran.begin(), ran.end());
    ASSERT_EQ(ran.size(), 40u);
    for (u64 i = 0; i < 40; ++i) {
        EXPECT_EQ(ran[i].second, 39 - i);
        EXPECT_TRUE(i == 0 || ran[i - 1].first < ran[i].first);
    }
}

} // namespace
} // namespace knhk
