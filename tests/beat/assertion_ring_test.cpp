// SPDX-License-Identifier: MIT
// The assertion ring against a queue of executions: rows find their receipts, none is lost.
#include "beat/assertion_ring.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include "tests/beat/ring_memory.hpp"

namespace knhk {
namespace {

using test::below;
using test::RingMemory;

/// What stands for a sealed receipt: the ring copies it and looks at nothing in it.
struct alignas(64) Sealed {
    u64 words[8];
    friend bool operator==(const Sealed&, const Sealed&) = default;
};
using Ring = BasicAssertionRing<Sealed>;

struct Execution {
    u64 number;
    u32 rows;
};

Sealed receipt_of(u64 number) {
    return {{number, number + 1, 2, 3, 4, 5, 6, ~number}};
}

Result<void> enqueue(Ring& ring, u32 slot, Execution execution) {
    std::array<u64, RUN_ROWS> words[3];
    for (u32 i = 0; i < RUN_ROWS; ++i) {
        words[0][i] = execution.number * 100 + i;
        words[1][i] = slot;
        words[2][i] = ~execution.number;
    }
    return ring.enqueue(slot, words[0].data(), words[1].data(), words[2].data(), execution.rows,
                        receipt_of(execution.number));
}

struct Taken {
    std::array<u64, 64> subjects;
    std::array<u64, 64> predicates;
    std::array<u64, 64> objects;
    std::array<u32, 64> receipt_of;
    std::array<Sealed, RUN_ROWS> receipts;

    Ring::Out out(u32 rows_max = 64, u32 receipts_max = RUN_ROWS) {
        return {subjects.data(), predicates.data(), objects.data(), receipt_of.data(),
                rows_max,        receipts.data(),   receipts_max};
    }
    /// That the first executions of `expected` are what was taken.
    void check(u32 slot, AssertionCount count, const std::deque<Execution>& expected) {
        u32 row = 0;
        for (u32 i = 0; i < count.receipts; ++i) {
            ASSERT_EQ(receipts[i], test_receipt(expected[i].number));
            for (u32 k = 0; k < expected[i].rows; ++k, ++row) {
                ASSERT_EQ(subjects[row], expected[i].number * 100 + k);
                ASSERT_EQ(predicates[row], slot);
                ASSERT_EQ(objects[row], ~expected[i].number);
                ASSERT_EQ(receipt_of[row], i);
            }
        }
        ASSERT_EQ(row, count.rows);
    }
    static Sealed test_receipt(u64 number) { return knhk::receipt_of(number); }
};

TEST(AssertionRing, sizes_are_powers_of_two_and_eight_rows_at_least) {
    EXPECT_TRUE(Ring::valid_size(8, 1));
    EXPECT_TRUE(Ring::valid_size(64, 16));
    for (const u32 bad : {0u, 3u, 12u, 2 * RING_SIZE_MAX}) {
        EXPECT_FALSE(Ring::valid_size(bad, 8)) << bad;
        EXPECT_FALSE(Ring::valid_size(8, bad)) << bad;
    }
    EXPECT_FALSE(Ring::valid_size(4, 8));
}

TEST(AssertionRing, an_execution_without_rows_leaves_its_receipt) {
    const RingMemory memory(Ring::bytes(8, 4));
    Ring ring(memory.get(), 8, 4);
    EXPECT_TRUE(ring.is_empty(2));
    ASSERT_TRUE(ring.enqueue(2, nullptr, nullptr, nullptr, 0, receipt_of(9)).has_value());
    EXPECT_FALSE(ring.is_empty(2));
    Taken taken{};
    EXPECT_EQ(ring.dequeue(2, taken.out()), (AssertionCount{0, 1}));
    EXPECT_EQ(taken.receipts[0], receipt_of(9));
    EXPECT_EQ(ring.dequeue(2, taken.out()), (AssertionCount{0, 0}));
}

TEST(AssertionRing, without_room_for_rows_or_receipt_nothing_is_taken) {
    const RingMemory memory(Ring::bytes(8, 4), std::byte{0x5A});
    Ring ring = Ring::make(memory.get(), 8, 4);
    ASSERT_TRUE(enqueue(ring, 0, {1, 6}).has_value());
    const std::vector<std::byte> before(memory.get(), memory.get() + memory.size());
    EXPECT_EQ(enqueue(ring, 0, {2, 3}).error(), Error::QueueFull) << "two rows are free";
    u32 changed = 0;
    for (u64 i = 0; i < memory.size(); ++i) {
        changed += before[i] != memory.get()[i] ? 1 : 0;
    }
    EXPECT_EQ(changed, 1u) << "the count of refusals alone";
    for (u64 number = 2; number < 5; ++number) {
        ASSERT_TRUE(enqueue(ring, 0, {number, 0}).has_value());
    }
    EXPECT_EQ(enqueue(ring, 0, {5, 0}).error(), Error::QueueFull) << "four receipts are there";
    EXPECT_EQ(ring.refused(0), 2u);
    EXPECT_EQ(ring.count(0), (AssertionCount{6, 4}));
    EXPECT_EQ(enqueue(ring, 0, {6, 9}).error(), Error::OutOfRange);
    EXPECT_EQ(enqueue(ring, 8, {6, 1}).error(), Error::OutOfRange);
    EXPECT_EQ(ring.refused(0), 2u) << "what is no execution is not counted";
}

TEST(AssertionRing, executions_are_taken_whole) {
    const RingMemory memory(Ring::bytes(16, 8));
    Ring ring(memory.get(), 16, 8);
    const std::deque<Execution> expected{{1, 3}, {2, 0}, {3, 4}, {4, 1}};
    for (const Execution execution : expected) {
        ASSERT_TRUE(enqueue(ring, 7, execution).has_value());
    }
    Taken taken{};
    EXPECT_EQ(ring.dequeue(7, taken.out(2)).error(), Error::OutOfRange) << "three rows do not fit";
    EXPECT_EQ(ring.dequeue(7, taken.out(64, 0)).error(), Error::OutOfRange);
    EXPECT_EQ(ring.dequeue(8, taken.out()).error(), Error::OutOfRange);
    ASSERT_EQ(ring.dequeue(7, taken.out(6)), (AssertionCount{3, 2})) << "the third would be cut";
    taken.check(7, {3, 2}, expected);
    ASSERT_EQ(ring.dequeue(7, taken.out(6, 1)), (AssertionCount{4, 1}));
    ASSERT_EQ(ring.dequeue(7, taken.out(1, 1)), (AssertionCount{1, 1}));
    EXPECT_TRUE(ring.is_empty(7));
}

TEST(AssertionRing, all_slots_hold_what_went_in_whatever_the_batches) {
    std::mt19937_64 random(13);
    for (const auto& [rows, receipts] : {std::pair{8u, 1u}, {8u, 16u}, {64u, 8u}}) {
        const RingMemory memory(Ring::bytes(rows, receipts));
        Ring ring(memory.get(), rows, receipts);
        std::array<std::deque<Execution>, BEAT_SLOTS> expected;
        for (u32 step = 0; step < 30'000; ++step) {
            const u32 slot = below(random, BEAT_SLOTS);
            std::deque<Execution>& queue = expected[slot];
            u32 held = 0;
            for (const Execution& execution : queue) {
                held += execution.rows;
            }
            if (random() % 2 == 0) {
                const Execution execution{step, below(random, 9)};
                const bool fits = held + execution.rows <= rows && queue.size() < receipts;
                ASSERT_EQ(enqueue(ring, slot, execution).has_value(), fits);
                if (fits) {
                    queue.push_back(execution);
                }
            } else {
                Taken taken{};
                const u32 rows_max = 8 + below(random, 20);
                const auto count = ring.dequeue(slot, taken.out(rows_max, 1 + below(random, 10)));
                ASSERT_TRUE(count.has_value());
                ASSERT_LE(count->rows, rows_max);
                ASSERT_EQ(count->receipts == 0, queue.empty());
                ASSERT_NO_FATAL_FAILURE(taken.check(slot, *count, queue));
                queue.erase(queue.begin(), queue.begin() + count->receipts);
            }
        }
    }
}

TEST(AssertionRing, positions_pass_2_to_the_32_each_by_itself) {
    const RingMemory memory(Ring::bytes(16, 4));
    for (const u64 position :
         {u64{0xFFFF'FFFD}, u64{0xFFFF'FFFE} << 32, ~u64{2} - (u64{1} << 32)}) {
        test::set_positions(memory.get(), position);
        Ring ring(memory.get(), 16, 4);
        ASSERT_TRUE(ring.is_empty(0));
        for (u64 number = 0; number < 40; ++number) {
            const std::deque<Execution> expected{{number, 7}, {number + 1, 4}};
            for (const Execution execution : expected) {
                ASSERT_TRUE(enqueue(ring, 0, execution).has_value());
            }
            ASSERT_EQ(ring.count(0), (AssertionCount{11, 2}));
            Taken taken{};
            ASSERT_EQ(ring.dequeue(0, taken.out()), (AssertionCount{11, 2}));
            ASSERT_NO_FATAL_FAILURE(taken.check(0, {11, 2}, expected));
        }
    }
}

TEST(AssertionRing, the_pulse_visits_receipts_then_rows_and_leaves_nothing) {
    const RingMemory memory(Ring::bytes(16, 8));
    Ring ring(memory.get(), 16, 8);
    for (u32 round = 0; round < 30; ++round) { // so that it wraps
        const std::deque<Execution> expected{{round, 3}, {round + 1u, 0}, {round + 2u, 8}};
        for (const Execution execution : expected) {
            ASSERT_TRUE(enqueue(ring, 4, execution).has_value());
        }
        Taken taken{};
        AssertionCount seen{};
        const AssertionCount drained = ring.drain(
            4,
            [&](const Sealed& receipt) {
                EXPECT_EQ(seen.rows, 0u) << "receipts come first";
                taken.receipts[seen.receipts++] = receipt;
            },
            [&](u64 subject, u64 predicate, u64 object, u32 receipt) {
                taken.subjects[seen.rows] = subject;
                taken.predicates[seen.rows] = predicate;
                taken.objects[seen.rows] = object;
                taken.receipt_of[seen.rows++] = receipt;
            });
        ASSERT_EQ(drained, (AssertionCount{11, 3}));
        ASSERT_EQ(seen, drained);
        ASSERT_NO_FATAL_FAILURE(taken.check(4, drained, expected));
        ASSERT_TRUE(ring.is_empty(4));
    }
    const auto nothing = [](const auto&...) { FAIL() << "nothing is there"; };
    EXPECT_EQ(ring.drain(4, nothing, nothing), (AssertionCount{0, 0}));
    EXPECT_EQ(ring.drain(8, nothing, nothing), (AssertionCount{0, 0}));
}

TEST(AssertionRing, two_threads_pass_executions_whole_and_in_order) {
    constexpr u64 EXECUTIONS = 50'000;
    const RingMemory memory(Ring::bytes(32, 8));
    std::thread producer([&] {
        Ring ring(memory.get(), 32, 8);
        for (u64 number = 0; number < EXECUTIONS; ++number) {
            while (!enqueue(ring, 6, {number, static_cast<u32>(number * 7 % 9)})) {
                std::this_thread::yield();
            }
        }
    });
    Ring ring(memory.get(), 32, 8);
    for (u64 number = 0; number < EXECUTIONS;) {
        Taken taken{};
        const auto count = ring.dequeue(6, taken.out());
        std::deque<Execution> expected;
        for (u32 i = 0; count.has_value() && i < count->receipts; ++i, ++number) {
            expected.push_back({number, static_cast<u32>(number * 7 % 9)});
        }
        if (expected.empty()) {
            std::this_thread::yield();
            continue;
        }
        taken.check(6, *count, expected);
        if (testing::Test::HasFatalFailure()) {
            break;
        }
    }
    producer.join();
}

} // namespace
} // namespace knhk
