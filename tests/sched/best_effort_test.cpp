// SPDX-License-Identifier: MIT
// The queue for telemetry: threads pass items through it, and operations are interrupted at every
// one of their steps by others, whose results must have a sequential explanation.
#include "sched/best_effort.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "sched/telemetry.hpp"
#include "tests/sched/interrupted_history.hpp"

namespace knhk {
namespace {

using Queue = BestEffortQueue<u64, 4>;

template<class Q>
std::unique_ptr<Q> make_queue() {
    auto queue = std::make_unique<Q>();
    queue->reset();
    return queue;
}

TEST(BestEffortQueue, reset_memory_is_an_empty_queue) {
    const auto queue = make_queue<Queue>();
    u64 item = 7;
    EXPECT_FALSE(queue->pop(item));
    EXPECT_EQ(item, 7u) << "a refused pop leaves the item alone";
}

TEST(BestEffortQueue, push_to_full_queue_is_refused_and_changes_nothing) {
    const auto queue = make_queue<Queue>();
    for (u64 i = 0; i < Queue::capacity(); ++i) {
        ASSERT_TRUE(queue->push(i)) << "the whole capacity is usable";
    }
    EXPECT_FALSE(queue->push(99));
    u64 item = 99;
    for (u64 i = 0; i < Queue::capacity(); ++i) {
        ASSERT_TRUE(queue->pop(item));
        EXPECT_EQ(item, i);
    }
    EXPECT_FALSE(queue->pop(item));
}

TEST(BestEffortQueue, queue_of_one_is_full_and_empty_in_turn) {
    const auto queue = make_queue<BestEffortQueue<u64, 1>>();
    for (u64 i = 0; i < 1000; ++i) {
        u64 item = 0;
        ASSERT_TRUE(queue->push(i));
        ASSERT_FALSE(queue->push(i + 1));
        ASSERT_TRUE(queue->pop(item));
        ASSERT_EQ(item, i);
        ASSERT_FALSE(queue->pop(item));
    }
}

TEST(BestEffortQueue, order_is_kept_while_slots_come_back) {
    const auto queue = make_queue<Queue>();
    std::deque<u64> expected;
    u64 pushed = 0;
    for (u32 round = 0; round < 1000; ++round) {
        for (u32 i = 0; i < round % 5; ++i) {
            ASSERT_EQ(queue->push(pushed), expected.size() < Queue::capacity());
            if (expected.size() < Queue::capacity()) {
                expected.push_back(pushed);
            }
            ++pushed;
        }
        for (u32 i = 0; i < round % 4; ++i) {
            u64 item = 0;
            ASSERT_EQ(queue->pop(item), !expected.empty());
            if (!expected.empty()) {
                ASSERT_EQ(item, expected.front());
                expected.pop_front();
            }
        }
    }
}

TEST(BestEffortQueue, reset_of_used_queue_empties_it) {
    const auto queue = make_queue<Queue>();
    u64 item = 0;
    ASSERT_TRUE(queue->push(1) && queue->push(2) && queue->push(3) && queue->pop(item));
    queue->reset();
    EXPECT_FALSE(queue->pop(item));
    for (u64 i = 0; i < Queue::capacity(); ++i) {
        EXPECT_TRUE(queue->push(i)) << "no slot was lost";
    }
}

struct Odd {
    u8 bytes[13];
};

TEST(BestEffortQueue, item_whose_size_is_no_multiple_of_a_word_arrives_whole) {
    const auto queue = make_queue<BestEffortQueue<Odd, 2>>();
    Odd sent{};
    for (u8 i = 0; i < 13; ++i) {
        sent.bytes[i] = static_cast<u8>(200 + i);
    }
    struct {
        Odd item;
        u8 behind;
    } received{{}, 77};
    ASSERT_TRUE(queue->push(sent));
    ASSERT_TRUE(queue->pop(received.item));
    EXPECT_TRUE(std::ranges::equal(received.item.bytes, sent.bytes));
    EXPECT_EQ(received.behind, 77u);
}

TEST(BestEffortQueueDeathTest, queue_that_was_never_reset_panics) {
    const auto queue = std::make_unique<Queue>();
    u64 item = 0;
    EXPECT_DEATH(static_cast<void>(queue->pop(item)), "panic: .*best_effort.hpp");
}

TEST(TelemetryQueue, record_arrives_as_it_was) {
    const auto queue = make_queue<TelemetryQueue>();
    ASSERT_TRUE(queue->push({Cycles{5}, Beat{6}, 7, TelemetryKind::Barrier}));
    TelemetryRecord record{};
    ASSERT_TRUE(queue->pop(record));
    EXPECT_EQ(record.cycles, Cycles{5});
    EXPECT_EQ(record.beat, Beat{6});
    EXPECT_EQ(record.worker, 7u);
    EXPECT_EQ(record.kind, TelemetryKind::Barrier);
}

template<u32 Capacity>
void expect_explained_histories() {
    u64 interrupted = 0;
    for (u32 seed = 0; seed < 30'000; ++seed) {
        History<Capacity> history(seed);
        ASSERT_TRUE(history.is_explained()) << "seed " << seed;
        interrupted += history.interrupted();
    }
    EXPECT_GT(interrupted, 100'000u);
}

TEST(BestEffortQueue, results_of_interrupted_operations_have_a_sequential_explanation) {
    expect_explained_histories<2>();
}

TEST(BestEffortQueue, results_of_interrupted_operations_in_more_slots_have_one_too) {
    expect_explained_histories<1>();
    expect_explained_histories<3>();
    expect_explained_histories<4>();
}

/// One operation that stands still before its `stop`-th access while others go on for several
/// rounds, then ends.
class Standstill {
  public:
    static constexpr u32 CAPACITY = 4;
    static constexpr u64 STOPPED_ITEM = 1000;
    static constexpr u64 ROUNDS = 30;

    /// `waiting` items lie in the queue at the begin. False: it made fewer accesses.
    bool run(u64 waiting, bool is_push, u32 stop) {
        queue_->reset();
        for (; pushed_ < waiting; ++pushed_) {
            EXPECT_TRUE(queue_->push(pushed_));
        }
        before_access_ = [this, left = stop]() mutable {
            if (left-- == 0) { // and then not again
                stopped_ = true;
                go_on();
            }
        };
        u64 item = 0;
        const bool ok = is_push ? queue_->push(STOPPED_ITEM) : queue_->pop(item);
        before_access_ = nullptr;
        if (!is_push && ok) {
            popped_.push_back(item);
        }
        EXPECT_TRUE(ok || !is_push);
        expect_each_once(is_push);
        expect_whole_capacity();
        return stopped_;
    }

  private:
    void go_on() {
        for (u64 i = 0; i < ROUNDS; ++i) {
            ASSERT_TRUE(queue_->push(pushed_)) << "nobody is stopped by who stands still";
            ++pushed_;
            u64 item = 0;
            ASSERT_TRUE(queue_->pop(item));
            popped_.push_back(item);
        }
    }
    void expect_each_once(bool with_stopped) {
        u64 item = 0;
        while (popped_.size() < pushed_ + 2 && queue_->pop(item)) {
            popped_.push_back(item);
        }
        std::ranges::sort(popped_);
        std::vector<u64> expected;
        for (u64 i = 0; i < pushed_; ++i) {
            expected.push_back(i);
        }
        if (with_stopped) {
            expected.push_back(STOPPED_ITEM);
        }
        EXPECT_EQ(popped_, expected);
    }
    void expect_whole_capacity() {
        u64 item = 0;
        for (u32 i = 0; i < 2 * CAPACITY; ++i) {
            EXPECT_TRUE(queue_->push(i) && queue_->pop(item));
        }
        for (u32 i = 0; i < CAPACITY; ++i) {
            EXPECT_TRUE(queue_->push(i)) << "the slot is in use again";
        }
    }

    std::unique_ptr<BestEffortQueue<u64, CAPACITY, InterruptedAtomics>> queue_ =
        std::make_unique<BestEffortQueue<u64, CAPACITY, InterruptedAtomics>>();
    std::vector<u64> popped_;
    u64 pushed_ = 0;
    bool stopped_ = false;
};

TEST(BestEffortQueue, others_go_on_wherever_one_stands_still) {
    for (const bool is_push : {true, false}) {
        for (const u64 waiting : {u64{0}, u64{1}, u64{2}}) {
            u32 stop = 0;
            while (!testing::Test::HasFailure() && Standstill().run(waiting, is_push, stop)) {
                ++stop;
            }
            EXPECT_GE(stop, is_push ? 5u : (waiting > 0 ? 4u : 3u)) << "accesses";
        }
    }
}

/// A pop that stands still before its `stop`-th access while others empty the queue and fill it.
/// False: it made fewer accesses.
bool consumer_that_stands_still_keeps_no_slot(u32 stop) {
    using Interrupted = BestEffortQueue<u64, 4, InterruptedAtomics>;
    const auto queue = make_queue<Interrupted>();
    EXPECT_TRUE(queue->push(7));
    bool stopped = false;
    before_access_ = [&, left = stop]() mutable {
        if (left-- == 0) { // and then not again
            stopped = true;
            u64 item = 0;
            static_cast<void>(queue->pop(item)); // if it is there still
            for (u64 i = 0; i < Interrupted::capacity(); ++i) {
                EXPECT_TRUE(queue->push(100 + i)) << "before access " << stop;
            }
        }
    };
    u64 item = 0;
    EXPECT_TRUE(queue->pop(item));
    before_access_ = nullptr;
    return stopped;
}

TEST(BestEffortQueue, consumer_keeps_no_slot_wherever_it_stands_still) {
    u32 stop = 0;
    while (!testing::Test::HasFailure() && consumer_that_stands_still_keeps_no_slot(stop)) {
        ++stop;
    }
    EXPECT_GE(stop, 4u) << "accesses";
}

// Threads.

constexpr u32 PRODUCERS = 3;
constexpr u32 CONSUMERS = 3;
constexpr u64 ITEMS = 10'000; ///< of each producer

/// Three words that belong together, so that a torn item shows.
struct Item {
    u64 producer;
    u64 number;
    u64 sum;
};

struct Stress {
    std::unique_ptr<BestEffortQueue<Item, 64>> queue = make_queue<BestEffortQueue<Item, 64>>();
    std::atomic<u64> taken{0};
    std::atomic<bool> full{false};
    /// What each consumer took of each producer.
    std::array<std::array<std::vector<u64>, PRODUCERS>, CONSUMERS> numbers;
    std::array<u64, CONSUMERS> torn{};
};

void produce(Stress& stress, u64 producer) {
    for (u64 number = 0; number < ITEMS;) {
        if (stress.queue->push({producer, number, producer * 7 + number * 13})) {
            ++number;
        } else {
            stress.full = true;
            std::this_thread::yield();
        }
    }
}

void consume(Stress& stress, u32 consumer) {
    while (!stress.full) { // so that full is met whatever the machine does
        std::this_thread::yield();
    }
    while (stress.taken < PRODUCERS * ITEMS) {
        Item item{};
        if (!stress.queue->pop(item)) {
            std::this_thread::yield();
            continue;
        }
        ++stress.taken;
        if (item.producer < PRODUCERS && item.sum == item.producer * 7 + item.number * 13) {
            stress.numbers[consumer][item.producer].push_back(item.number);
        } else {
            ++stress.torn[consumer];
        }
    }
}

void expect_each_once_and_in_order(const Stress& stress, u32 producer) {
    std::vector<u64> all;
    for (u32 consumer = 0; consumer < CONSUMERS; ++consumer) {
        const auto& numbers = stress.numbers[consumer][producer];
        EXPECT_TRUE(std::ranges::is_sorted(numbers)) << "a producer's order is kept";
        all.insert(all.end(), numbers.begin(), numbers.end());
    }
    std::ranges::sort(all);
    ASSERT_EQ(all.size(), ITEMS);
    for (u64 i = 0; i < ITEMS; ++i) {
        ASSERT_EQ(all[i], i);
    }
}

TEST(BestEffortQueue, many_threads_take_each_item_once_whole_and_in_its_producers_order) {
    Stress stress;
    std::vector<std::thread> threads;
    for (u32 producer = 0; producer < PRODUCERS; ++producer) {
        threads.emplace_back([&, producer] { produce(stress, producer); });
    }
    for (u32 consumer = 0; consumer < CONSUMERS; ++consumer) {
        threads.emplace_back([&, consumer] { consume(stress, consumer); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (u32 producer = 0; producer < PRODUCERS; ++producer) {
        expect_each_once_and_in_order(stress, producer);
    }
    EXPECT_EQ(stress.torn, (std::array<u64, CONSUMERS>{}));
    Item item{};
    EXPECT_FALSE(stress.queue->pop(item)) << "nothing is left";
}

/// Places that go round: who has a place's number may write to it. A thread sanitizer sees when
/// the queue does not order one owner's accesses before the next one's.
struct Round {
    static constexpr u64 PLACES = 4;
    // Slots to spare: one whose owner was overtaken stays out of use until the ring has come round,
    // and who holds the last place would push in vain.
    using Queue = BestEffortQueue<u64, 4 * PLACES>;

    std::unique_ptr<Queue> queue = make_queue<Queue>();
    std::array<u64, PLACES> places{};
};

TEST(BestEffortQueue, what_an_item_stands_for_is_handed_over_with_it) {
    constexpr u64 ROUNDS = 10'000;
    Round round;
    for (u64 place = 0; place < Round::PLACES; ++place) {
        ASSERT_TRUE(round.queue->push(place));
    }
    std::vector<std::thread> threads;
    for (u32 thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (u64 done = 0; done < ROUNDS;) {
                u64 place = 0;
                if (round.queue->pop(place)) {
                    ++round.places[place];
                    ++done;
                    while (!round.queue->push(place)) {
                        std::this_thread::yield();
                    }
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    u64 sum = 0;
    for (const u64 count : round.places) {
        sum += count;
    }
    EXPECT_EQ(sum, 4 * ROUNDS);
}

/// The other way round: room in a full queue was made by a pop, and what came before that pop is
/// known to who finds the room. Only the consumers' position can tell him.
TEST(BestEffortQueue, push_that_finds_room_knows_what_came_before_the_pop) {
    for (u64 round = 1; round <= 100; ++round) {
        const auto queue = make_queue<BestEffortQueue<u64, 1>>();
        u64 written = 0;
        ASSERT_TRUE(queue->push(0));
        std::thread consumer([&] {
            u64 item = 1;
            written = round;
            ASSERT_TRUE(queue->pop(item));
        });
        while (!queue->push(1)) {
            std::this_thread::yield();
        }
        EXPECT_EQ(written, round);
        consumer.join();
    }
}

} // namespace
} // namespace knhk
