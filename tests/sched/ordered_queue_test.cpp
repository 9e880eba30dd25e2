// SPDX-License-Identifier: MIT
// The ordered queue against a sorted map, at every capacity that a run can have; what it writes,
// and where.
#include "sched/ordered_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <vector>

namespace knhk {
namespace {

struct alignas(64) Line {
    std::byte bytes[64] = {};
    friend bool operator==(const Line&, const Line&) = default;
};

/// A core's share for so many cores, with a line behind it that nobody may write.
class Share {
  public:
    explicit Share(u32 capacity) : capacity_(capacity), lines_(size_bytes() / sizeof(Line) + 1) {
        std::memset(lines_.back().bytes, 0xA5, sizeof(Line));
    }
    [[nodiscard]] OrderedQueue queue() { return {lines_.data()->bytes, capacity_}; }
    [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
    [[nodiscard]] bool end_is_untouched() const {
        return std::ranges::all_of(lines_.back().bytes,
                                   [](std::byte byte) { return byte == std::byte{0xA5}; });
    }

  private:
    [[nodiscard]] u64 size_bytes() const {
        return region::ordered_queue.stride_bytes(ORDERED_ENTRIES / capacity_);
    }
    u32 capacity_;
    std::vector<Line> lines_;
};

/// Each byte of it tells which entry it belongs to.
Task task_of(OrderedKey key) {
    Task task;
    task.id = key.key * 31 + key.enqueued;
    std::memset(task.guards, static_cast<int>(key.enqueued), sizeof task.guards);
    for (u64& word : task.payload) {
        word = task.id + static_cast<u64>(&word - task.payload);
    }
    return task;
}

bool same(const Task& a, const Task& b) {
    return std::memcmp(&a, &b, sizeof(Task)) == 0;
}

/// The keys of the loads that a queue can meet.
enum class Load {
    Spread,
    Narrow,
    Ascending,
    Descending,
    Due,
    Equal,
    Extremes,
    Octaves,
    Clusters,
    Outlier,
    Unordered
};
constexpr Load LOADS[] = {Load::Spread,   Load::Narrow,  Load::Ascending, Load::Descending,
                          Load::Due,      Load::Equal,   Load::Extremes,  Load::Octaves,
                          Load::Clusters, Load::Outlier, Load::Unordered};

class KeySource {
  public:
    explicit KeySource(Load load) : load_(load), random_(static_cast<u32>(load)) {}

    OrderedKey next() {
        ++clock_;
        switch (load_) {
        case Load::Spread:
            return {clock_ + random_() % (u64{1} << 40), clock_};
        case Load::Narrow: // many equal keys
            return {random_() % 8, clock_};
        case Load::Ascending:
            return {clock_ * 16 + random_() % 64, clock_};
        case Load::Descending:
            return {(u64{1} << 62) - clock_ * 16 - random_() % 64, clock_};
        case Load::Equal:
            return {7, clock_};
        case Load::Extremes: // in turns
            return {clock_ % 2 == 0 ? ~u64{0} - random_() % 4 : random_() % 4, clock_};
        case Load::Octaves: // as many in each power of two
            return {random_() >> random_() % 64, clock_};
        case Load::Clusters: // that no equal division of their range tells apart
            return {(random_() % 5 << 60) + random_() % 64, clock_};
        case Load::Outlier:
            return {clock_ % 500 == 1 ? u64{1} << 63 : clock_ + random_() % 4096, clock_};
        case Load::Unordered: // by the second timestamp too
            return {random_() % 4, clock_ * 0x9E3779B97F4A7C15};
        case Load::Due: // among entries that wait for long
            break;
        }
        return {random_() % 4 == 0 ? clock_ + (u64{1} << 40) : clock_, clock_};
    }
    u64 number() { return random_(); }

  private:
    Load load_;
    u64 clock_ = 0;
    std::mt19937_64 random_;
};

/// A queue and a sorted map that are told the same.
class Pair {
  public:
    explicit Pair(OrderedQueue queue) : queue_(queue) {}

    void push(OrderedKey key) {
        const bool room = model_.size() < queue_.capacity();
        ASSERT_EQ(queue_.has_room(), room);
        ASSERT_EQ(queue_.push(task_of(key), key), room);
        if (room) {
            model_.emplace(key, task_of(key));
        }
        check_size();
    }
    void pop() {
        ASSERT_TRUE(same(queue_.pop(), model_.begin()->second));
        model_.erase(model_.begin());
        check_size();
    }
    void look(u32 most) {
        const auto front = queue_.front(most);
        ASSERT_EQ(front.size(), std::min<std::size_t>(most, model_.size()));
        auto expected = model_.begin();
        for (const OrderedKey& key : front) {
            ASSERT_EQ(key, expected->first);
            ++expected;
        }
        check_size();
    }
    /// The same queue from its bytes elsewhere, as from a checkpoint.
    void move_to(OrderedQueue queue) { queue_ = queue; }
    [[nodiscard]] u32 size() const { return static_cast<u32>(model_.size()); }
    [[nodiscard]] OrderedKey least() const { return model_.begin()->first; }

  private:
    void check_size() {
        ASSERT_EQ(queue_.size(), model_.size());
        ASSERT_EQ(queue_.empty(), model_.empty());
    }
    OrderedQueue queue_;
    std::map<OrderedKey, Task> model_;
};

/// What a run looks at: one more than a core may give to a beat.
u32 usual_look(u32 capacity) {
    return std::min(capacity / 2, 256u) + 1;
}

class OrderedQueueOf : public testing::TestWithParam<u32> {
  protected:
    const u32 capacity_ = GetParam();
};

TEST_P(OrderedQueueOf, zero_memory_is_an_empty_queue) {
    Share share(capacity_);
    OrderedQueue queue = share.queue();
    EXPECT_TRUE(queue.empty());
    EXPECT_TRUE(queue.has_room());
    EXPECT_EQ(queue.size(), 0u);
    EXPECT_EQ(queue.capacity(), capacity_);
    EXPECT_TRUE(queue.front(OrderedQueue::FRONT_MAX).empty());
}

TEST_P(OrderedQueueOf, push_to_full_queue_is_refused_and_changes_nothing) {
    for (const Load load : LOADS) {
        Share share(capacity_);
        OrderedQueue queue = share.queue();
        KeySource keys(load);
        for (u32 i = 0; i < capacity_; ++i) {
            ASSERT_TRUE(queue.push(Task{}, keys.next())) << "the whole capacity is usable";
        }
        const auto before = share.lines();
        EXPECT_FALSE(queue.has_room());
        EXPECT_FALSE(queue.push(Task{}, {0, 0}));
        EXPECT_TRUE(share.lines() == before);
    }
}

/// Beats in which more comes than goes, then the reverse, with full and empty queues at the turns.
TEST_P(OrderedQueueOf, beats_of_any_load_match_a_sorted_map) {
    for (const Load load : LOADS) {
        SCOPED_TRACE(static_cast<u32>(load));
        Share share(capacity_);
        Pair pair(share.queue());
        KeySource keys(load);
        for (u32 turn = 0; turn < 6; ++turn) {
            for (bool done = false; !done && !HasFatalFailure();) {
                const bool filling = turn % 2 == 0;
                const u64 many = keys.number() % std::min(capacity_, 300u) + 2;
                const u64 few = many * (keys.number() % 100) / 100;
                for (u64 i = 0; i < (filling ? few : many) && pair.size() > 0; ++i) {
                    pair.pop();
                }
                done = !filling && pair.size() == 0;
                for (u64 i = 0; i < (filling ? many : few) && !done; ++i) {
                    pair.push(keys.next());
                }
                done |= filling && pair.size() == capacity_;
                pair.look(usual_look(capacity_));
            }
        }
        EXPECT_TRUE(share.end_is_untouched());
    }
}

/// In no order that a run would have.
TEST_P(OrderedQueueOf, random_operations_match_a_sorted_map) {
    for (const Load load : LOADS) {
        SCOPED_TRACE(static_cast<u32>(load));
        Share share(capacity_);
        Pair pair(share.queue());
        KeySource keys(load);
        for (u32 i = 0; i < 30'000 && !HasFatalFailure(); ++i) {
            const u64 way = keys.number() % 16;
            if (way < (i / 4096 % 2 == 0 ? 11 : 5)) {
                pair.push(keys.next());
            } else if (way < 15) {
                if (pair.size() > 0) {
                    pair.pop();
                }
            } else {
                const u32 looks[] = {1, usual_look(capacity_), OrderedQueue::FRONT_MAX};
                pair.look(looks[keys.number() % 3]);
            }
        }
        EXPECT_TRUE(share.end_is_untouched());
    }
}

TEST_P(OrderedQueueOf, slots_are_used_again_and_the_last_entries_pop) {
    Share share(capacity_);
    Pair pair(share.queue());
    KeySource keys(Load::Spread);
    for (u32 round = 0; round < 5; ++round) {
        while (pair.size() < capacity_ && !HasFatalFailure()) {
            pair.push(keys.next());
        }
        while (pair.size() > (round % 2 == 0 ? 0 : capacity_ / 2) && !HasFatalFailure()) {
            pair.pop();
        }
    }
    EXPECT_EQ(pair.size(), 0u);
}

TEST_P(OrderedQueueOf, front_shows_what_is_popped_next_and_lasts_until_then) {
    Share share(capacity_);
    OrderedQueue queue = share.queue();
    KeySource keys(Load::Spread);
    while (queue.has_room()) {
        const OrderedKey key = keys.next();
        ASSERT_TRUE(queue.push(task_of(key), key));
    }
    while (!queue.empty()) {
        const auto front = queue.front(usual_look(capacity_));
        ASSERT_FALSE(front.empty());
        for (const OrderedKey& key : front) {
            ASSERT_TRUE(same(queue.pop(), task_of(key)));
        }
    }
}

TEST_P(OrderedQueueOf, second_look_writes_nothing) {
    Share share(capacity_);
    OrderedQueue queue = share.queue();
    KeySource keys(Load::Spread);
    while (queue.has_room()) {
        ASSERT_TRUE(queue.push(Task{}, keys.next()));
    }
    const auto first = queue.front(usual_look(capacity_));
    const auto before = share.lines();
    const auto second = queue.front(usual_look(capacity_));
    EXPECT_EQ(second.data(), first.data());
    EXPECT_EQ(second.size(), first.size());
    EXPECT_TRUE(share.lines() == before);
}

TEST_P(OrderedQueueOf, equal_operations_leave_equal_bytes) {
    for (const Load load : LOADS) {
        Share shares[] = {Share(capacity_), Share(capacity_)};
        for (Share& share : shares) {
            OrderedQueue queue = share.queue();
            KeySource keys(load);
            for (u32 i = 0; i < 3 * capacity_; ++i) {
                const OrderedKey key = keys.next();
                if (!queue.push(task_of(key), key) || i % 5 == 0) {
                    (void)queue.pop();
                }
                if (i % 100 == 0) {
                    (void)queue.front(1);
                }
            }
        }
        EXPECT_TRUE(shares[0].lines() == shares[1].lines());
    }
}

TEST_P(OrderedQueueOf, queue_goes_on_from_its_bytes_elsewhere) {
    Share share(capacity_);
    Pair pair(share.queue());
    KeySource keys(Load::Spread);
    for (u32 i = 0; i < capacity_; ++i) {
        pair.push(keys.next());
        if (i % 3 == 0) {
            pair.pop();
        }
    }
    Share copy = share;
    share = Share(capacity_);
    pair.move_to(copy.queue());
    pair.look(usual_look(capacity_));
    while (pair.size() > 0 && !HasFatalFailure()) {
        pair.pop();
    }
}

INSTANTIATE_TEST_SUITE_P(Capacities, OrderedQueueOf,
                         testing::Values(32, 64, 128, 256, 512, 1024, 2048, 4096, 8192),
                         testing::PrintToStringParamName());

TEST(OrderedQueue, equal_keys_pop_in_the_order_of_their_enqueuing) {
    Share share(32);
    OrderedQueue queue = share.queue();
    for (const u64 enqueued : {5, 9, 2, 7}) {
        ASSERT_TRUE(queue.push(task_of({3, enqueued}), {3, enqueued}));
    }
    ASSERT_TRUE(queue.push(task_of({2, 8}), {2, 8}));
    for (const OrderedKey key : {OrderedKey{2, 8}, {3, 2}, {3, 5}, {3, 7}, {3, 9}}) {
        EXPECT_TRUE(same(queue.pop(), task_of(key)));
    }
    EXPECT_TRUE(queue.empty());
}

TEST(OrderedQueue, keys_are_compared_in_all_their_bits) {
    Share share(32);
    OrderedQueue queue = share.queue();
    std::vector<OrderedKey> keys{{0, 0}};
    for (const bool first : {false, true}) {
        for (u32 bit = 1; bit < 64; bit += 9) {
            const u64 high = u64{1} << bit;
            keys.push_back(first ? OrderedKey{high, 0} : OrderedKey{0, high});
        }
    }
    for (u32 i = 0; i < keys.size(); ++i) { // in an order that has to be sorted
        ASSERT_TRUE(queue.push(Task{}, keys[i * 7 % keys.size()]));
    }
    EXPECT_TRUE(std::ranges::equal(queue.front(32), keys));
}

/// Beats whose pushes come before all that wait, so that what was near becomes far, and beats that
/// come back to it.
TEST(OrderedQueue, horizon_goes_down_and_up_again) {
    for (const u32 shift : {0, 3, 9, 20, 40, 50}) {
        SCOPED_TRACE(shift);
        Share share(8192);
        Pair pair(share.queue());
        KeySource keys(Load::Spread);
        u64 clock = 0;
        const auto push = [&](u64 from, u32 count) {
            for (u32 i = 0; i < count && !HasFatalFailure(); ++i) {
                pair.push({(from + keys.number() % 2048) << shift, ++clock});
            }
        };
        push(4096, 5000);
        for (u64 round = 0; round < 6 && !HasFatalFailure(); ++round) {
            pair.look(OrderedQueue::FRONT_MAX);
            push(round % 2 == 0 ? 2048 - 64 * round : 4096, 1200);
            pair.look(OrderedQueue::FRONT_MAX);
            for (u32 i = 0; i < 1300 && !HasFatalFailure(); ++i) {
                pair.pop();
            }
        }
        while (pair.size() > 0 && !HasFatalFailure()) {
            pair.pop();
        }
    }
}

/// Far entries of one key come near together; then more of that key come, with second timestamps
/// between theirs.
TEST(OrderedQueue, horizon_is_behind_all_entries_of_a_key) {
    Share share(8192);
    Pair pair(share.queue());
    KeySource keys(Load::Spread);
    u64 clock = 0;
    const auto push = [&](u64 key) { pair.push({key, ++clock * 0x9E3779B97F4A7C15}); };
    for (u32 i = 0; i < 6000; ++i) {
        push(keys.number() % 60);
    }
    while (pair.size() > 100 && !HasFatalFailure()) {
        pair.look(OrderedQueue::FRONT_MAX);
        for (u32 i = 0; i < 100 && !HasFatalFailure(); ++i) {
            pair.pop();
        }
        for (u32 i = 0; i < 50 && !HasFatalFailure(); ++i) {
            push(pair.least().key + keys.number() % 4);
        }
    }
}

/// 2600 entries that differ in 12 bits only, wherever these are in the two timestamps.
TEST(OrderedQueue, buckets_split_at_any_digit_of_both_timestamps) {
    for (u32 bit = 0; bit < 116; ++bit) {
        SCOPED_TRACE(bit);
        Share share(8192);
        Pair pair(share.queue());
        for (u64 i = 0; i < 2600; ++i) {
            const u64 number = i * 1153 % 2600; // in an order that has to be sorted
            const u64 low = bit < 64 ? number << bit : 0;
            const u64 high = bit < 52 ? 0 : bit < 64 ? number >> (64 - bit) : number << (bit - 64);
            pair.push({high + 5, low});
        }
        while (pair.size() > 0 && !HasFatalFailure()) {
            pair.look(usual_look(8192));
            for (u32 i = 0; i < 100 && pair.size() > 0; ++i) {
                pair.pop();
            }
        }
    }
}

/// So many that some are far; then one that belongs between, at the moment when room is made.
TEST(OrderedQueue, push_that_makes_room_finds_its_place) {
    for (u32 count = 1000; count < 1050; ++count) {
        Share share(8192);
        Pair pair(share.queue());
        for (u64 i = 0; i < count; ++i) {
            pair.push({i * 2, i});
        }
        pair.push({count + 101, count});
        while (pair.size() > 0 && !HasFatalFailure()) {
            pair.pop();
        }
    }
}

TEST(OrderedQueue, front_of_more_than_its_maximum_ends_the_run) {
    Share share(512);
    OrderedQueue queue = share.queue();
    EXPECT_DEATH((void)queue.front(OrderedQueue::FRONT_MAX + 1), "FRONT_MAX");
}

TEST(OrderedQueue, pop_from_empty_queue_ends_the_run) {
    Share share(32);
    OrderedQueue queue = share.queue();
    EXPECT_DEATH((void)queue.pop(), "empty");
}

} // namespace
} // namespace knhk
