// SPDX-License-Identifier: MIT
// The delta ring against a queue of rows: all eight slots, across the wrap, and two threads.
#include "beat/delta_ring.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include "tests/beat/ring_memory.hpp"

namespace knhk {
namespace {

using test::below;
using test::RingMemory;
using Words = std::array<u64, RUN_ROWS>;

struct Row {
    u64 subject;
    u64 predicate;
    u64 object;
    u64 cycle;
    friend bool operator==(const Row&, const Row&) = default;
};

struct Rows {
    Words subjects;
    Words predicates;
    Words objects;
    Words cycles;

    [[nodiscard]] Row row(u32 i) const {
        return {subjects[i], predicates[i], objects[i], cycles[i]};
    }
};

/// Rows that tell their slot and number; with one predicate, or with several.
Rows numbered(u32 slot, u64 first, bool one_predicate = true) {
    Rows rows{};
    for (u32 i = 0; i < RUN_ROWS; ++i) {
        const u64 number = u64{slot} << 56 | (first + i);
        rows.subjects[i] = number * 3;
        rows.predicates[i] = one_predicate ? number - i : number / 3;
        rows.objects[i] = ~number;
        rows.cycles[i] = first + slot;
    }
    return rows;
}

Result<void> enqueue(DeltaRing& ring, u32 slot, const Rows& rows, u32 count) {
    return ring.enqueue(slot, rows.subjects.data(), rows.predicates.data(), rows.objects.data(),
                        count, rows.cycles[0]);
}

u32 dequeue(DeltaRing& ring, u32 slot, Rows& rows, u32 capacity = RUN_ROWS) {
    return ring.dequeue(slot, rows.subjects.data(), rows.predicates.data(), rows.objects.data(),
                        rows.cycles.data(), capacity);
}

TripleRun run_of(const Rows& rows, u32 length) {
    TripleRun run{};
    for (u32 i = 0; i < RUN_ROWS; ++i) {
        run.subjects[i] = rows.subjects[i];
        run.objects[i] = rows.objects[i];
    }
    run.predicate = rows.predicates[0];
    run.length = length;
    return run;
}

TEST(DeltaRing, sizes_are_powers_of_two_from_8) {
    for (const u32 size : {8u, 16u, 1024u, RING_SIZE_MAX}) {
        EXPECT_TRUE(DeltaRing::valid_size(size)) << size;
    }
    for (const u32 size : {0u, 1u, 4u, 7u, 9u, 12u, 24u, 2 * RING_SIZE_MAX, ~0u}) {
        EXPECT_FALSE(DeltaRing::valid_size(size)) << size;
    }
}

TEST(DeltaRing, its_bytes_are_rows_marks_and_two_ends_a_slot) {
    EXPECT_EQ(DeltaRing::bytes(8), u64{8} * (256 + 4 * 64 + 128));
    EXPECT_EQ(DeltaRing::bytes(1024), u64{8} * (256 + 4 * 8192 + 1024));
    EXPECT_EQ(DeltaRing::bytes(RING_SIZE_MAX) % SEPARATION_BYTES, 0u);
}

// The test of the first design: two rows in slot 0 of a ring of size 8, admitted in cycle 42.
TEST(DeltaRing, two_rows_in_a_ring_of_size_8_come_back_with_their_cycle) {
    const RingMemory memory(DeltaRing::bytes(8));
    DeltaRing ring(memory.get(), 8);
    const u64 subjects[] = {0x1234, 0x5678};
    const u64 predicates[] = {0xABCD, 0xEF00};
    const u64 objects[] = {0x1111, 0x2222};
    ASSERT_TRUE(ring.enqueue(0, subjects, predicates, objects, 2, 42).has_value());
    EXPECT_EQ(ring.rows(0), 2u);
    Rows out{};
    ASSERT_EQ(dequeue(ring, 0, out), 2u);
    EXPECT_EQ(out.row(0), (Row{0x1234, 0xABCD, 0x1111, 42}));
    EXPECT_EQ(out.row(1), (Row{0x5678, 0xEF00, 0x2222, 42}));
    EXPECT_TRUE(ring.is_empty(0));
}

TEST(DeltaRing, different_rows_in_all_slots_are_unharmed) {
    const RingMemory memory(DeltaRing::bytes(8), std::byte{0xA5});
    DeltaRing ring = DeltaRing::make(memory.get(), 8);
    for (u32 slot = 0; slot < BEAT_SLOTS; ++slot) {
        ASSERT_TRUE(enqueue(ring, slot, numbered(slot, 100), RUN_ROWS).has_value());
    }
    for (u32 slot = 0; slot < BEAT_SLOTS; ++slot) {
        Rows out{};
        ASSERT_EQ(dequeue(ring, slot, out), RUN_ROWS);
        for (u32 i = 0; i < RUN_ROWS; ++i) {
            EXPECT_EQ(out.row(i), numbered(slot, 100).row(i)) << "slot " << slot;
        }
    }
}

TEST(DeltaRing, enqueue_without_room_is_refused_and_counted_and_changes_nothing) {
    const RingMemory memory(DeltaRing::bytes(8));
    DeltaRing ring(memory.get(), 8);
    ASSERT_TRUE(enqueue(ring, 3, numbered(3, 0), 6).has_value());
    const std::vector<std::byte> before(memory.get(), memory.get() + memory.size());
    for (u32 count = 3; count <= RUN_ROWS; ++count) {
        const Result<void> refused = enqueue(ring, 3, numbered(3, 50), count);
        ASSERT_FALSE(refused.has_value()) << count;
        EXPECT_EQ(refused.error(), Error::QueueFull);
        EXPECT_EQ(ring.enqueue_run(3, run_of(numbered(3, 50), count), 1).error(), Error::QueueFull);
    }
    EXPECT_EQ(ring.refused(3), 12u);
    EXPECT_EQ(ring.refused(2), 0u);
    u32 changed = 0;
    for (u64 i = 0; i < memory.size(); ++i) {
        changed += before[i] != memory.get()[i] ? 1 : 0;
    }
    EXPECT_EQ(changed, 1u) << "the count of refusals alone";
    EXPECT_TRUE(enqueue(ring, 3, numbered(3, 6), 2).has_value()) << "what fits is still taken";
    EXPECT_EQ(ring.rows(3), 8u);
}

TEST(DeltaRing, counts_and_slots_out_of_range_are_refused) {
    const RingMemory memory(DeltaRing::bytes(16));
    DeltaRing ring(memory.get(), 16);
    const Rows rows = numbered(0, 0);
    for (const u32 count : {0u, 9u, 16u, ~0u}) {
        EXPECT_EQ(enqueue(ring, 0, rows, count).error(), Error::OutOfRange) << count;
        EXPECT_EQ(ring.enqueue_run(0, run_of(rows, count), 1).error(), Error::OutOfRange) << count;
    }
    for (const u32 slot : {8u, 9u, ~0u}) {
        Rows out{};
        TripleRun run{};
        u64 cycle = 0;
        EXPECT_EQ(enqueue(ring, slot, rows, 1).error(), Error::OutOfRange);
        EXPECT_EQ(ring.enqueue_run(slot, run_of(rows, 1), 1).error(), Error::OutOfRange);
        EXPECT_EQ(dequeue(ring, slot, out), 0u);
        EXPECT_EQ(ring.dequeue_run(slot, run, cycle), 0u);
        EXPECT_TRUE(ring.is_empty(slot));
    }
    for (u64 i = 0; i < memory.size(); ++i) {
        ASSERT_EQ(memory.get()[i], std::byte{0}) << "byte " << i;
    }
}

/// Every slot by itself, in a random order of steps, far more rows than the ring holds.
TEST(DeltaRing, rows_come_out_as_they_went_in_whatever_the_batches) {
    std::mt19937_64 random(7);
    for (const u32 size : {8u, 16u, 64u}) {
        const RingMemory memory(DeltaRing::bytes(size));
        DeltaRing ring(memory.get(), size);
        std::array<std::deque<Row>, BEAT_SLOTS> expected;
        std::array<u64, BEAT_SLOTS> next{};
        for (u32 step = 0; step < 40'000; ++step) {
            const u32 slot = below(random, BEAT_SLOTS);
            std::deque<Row>& queue = expected[slot];
            const u32 count = 1 + below(random, RUN_ROWS);
            if (random() % 2 == 0) {
                const Rows rows = numbered(slot, next[slot], random() % 2 == 0);
                const bool fits = queue.size() + count <= size;
                ASSERT_EQ(enqueue(ring, slot, rows, count).has_value(), fits);
                for (u32 i = 0; fits && i < count; ++i) {
                    queue.push_back(rows.row(i));
                    ++next[slot];
                }
            } else {
                Rows out{};
                const u32 wanted = below(random, 12);
                const u32 got = dequeue(ring, slot, out, wanted);
                ASSERT_EQ(got, std::min<u64>({queue.size(), wanted, RUN_ROWS}));
                for (u32 i = 0; i < got; ++i) {
                    ASSERT_EQ(out.row(i), queue.front());
                    queue.pop_front();
                }
            }
            ASSERT_EQ(ring.rows(slot), queue.size());
            ASSERT_EQ(ring.is_empty(slot), queue.empty());
        }
    }
}

TEST(DeltaRing, positions_pass_2_to_the_64) {
    const RingMemory memory(DeltaRing::bytes(8));
    test::set_positions(memory.get(), ~u64{0} - 9);
    DeltaRing ring(memory.get(), 8);
    for (u64 next = 0; next < 40; next += 5) {
        ASSERT_TRUE(ring.is_empty(0));
        ASSERT_TRUE(enqueue(ring, 0, numbered(0, next), 5).has_value());
        ASSERT_FALSE(enqueue(ring, 0, numbered(0, next), 4).has_value());
        Rows out{};
        ASSERT_EQ(dequeue(ring, 0, out), 5u);
        for (u32 i = 0; i < 5; ++i) {
            ASSERT_EQ(out.row(i), numbered(0, next).row(i));
        }
    }
}

TEST(DeltaRing, what_is_behind_a_caller_s_capacity_is_not_written) {
    const RingMemory memory(DeltaRing::bytes(8));
    DeltaRing ring(memory.get(), 8);
    ASSERT_TRUE(enqueue(ring, 0, numbered(0, 9), RUN_ROWS).has_value());
    Rows out{};
    ASSERT_EQ(dequeue(ring, 0, out, 3), 3u);
    for (u32 i = 3; i < RUN_ROWS; ++i) {
        EXPECT_EQ(out.row(i), (Row{0, 0, 0, 0}));
    }
    EXPECT_EQ(dequeue(ring, 0, out, 0), 0u);
    EXPECT_EQ(ring.rows(0), 5u);
}

/// Runs of every length, at every place of the ring; some of them begun by single rows.
TEST(DeltaRing, a_run_is_taken_exactly_as_it_was_enqueued) {
    std::mt19937_64 random(11);
    const RingMemory memory(DeltaRing::bytes(16));
    DeltaRing ring(memory.get(), 16);
    for (u32 step = 0; step < 20'000; ++step) {
        const u32 slot = below(random, BEAT_SLOTS);
        const u32 lengths[] = {1 + below(random, 8), 1 + below(random, 8)};
        for (u32 i = 0; i < 2; ++i) {
            const TripleRun run = run_of(numbered(slot, step + i), lengths[i]);
            ASSERT_TRUE(ring.enqueue_run(slot, run, step + i).has_value());
        }
        for (u32 i = 0; i < 2; ++i) {
            const Rows rows = numbered(slot, step + i);
            Rows taken{};
            const u32 first = below(random, lengths[i]);
            ASSERT_EQ(dequeue(ring, slot, taken, first), first);
            TripleRun run;
            std::memset(&run, 0xEE, sizeof run);
            u64 cycle = 0;
            ASSERT_EQ(ring.dequeue_run(slot, run, cycle), lengths[i] - first);
            ASSERT_EQ(run.length, lengths[i] - first);
            ASSERT_EQ(run.predicate, rows.predicates[0]);
            ASSERT_EQ(cycle, step + i);
            for (const u32 word : run.reserved) {
                ASSERT_EQ(word, 0u);
            }
            for (u32 row = 0; row < RUN_ROWS; ++row) {
                const bool there = row < run.length;
                ASSERT_EQ(run.subjects[row], there ? rows.subjects[first + row] : 0);
                ASSERT_EQ(run.objects[row], there ? rows.objects[first + row] : 0);
            }
        }
        TripleRun none{};
        u64 cycle = 0;
        ASSERT_EQ(ring.dequeue_run(slot, none, cycle), 0u);
    }
}

TEST(DeltaRing, rows_of_several_predicates_leave_as_a_run_for_each_stretch_of_one) {
    const RingMemory memory(DeltaRing::bytes(8));
    DeltaRing ring(memory.get(), 8);
    const u64 words[] = {1, 2, 3, 4, 5, 6, 7, 8};
    const u64 predicates[] = {5, 5, 6, 5, 5, 5, 7, 7};
    ASSERT_TRUE(ring.enqueue(1, words, predicates, words, 8, 3).has_value());
    u32 first = 0;
    for (const u32 length : {2u, 1u, 3u, 2u}) {
        TripleRun run{};
        u64 cycle = 0;
        ASSERT_EQ(ring.dequeue_run(1, run, cycle), length);
        EXPECT_EQ(run.predicate, predicates[first]);
        EXPECT_EQ(run.subjects[0], words[first]);
        EXPECT_EQ(run.subjects[length - 1], words[first + length - 1]);
        first += length;
    }
    EXPECT_TRUE(ring.is_empty(1));
}

TEST(DeltaRing, a_run_that_follows_one_of_the_same_predicate_stays_a_run_of_its_own) {
    const RingMemory memory(DeltaRing::bytes(8));
    DeltaRing ring(memory.get(), 8);
    const u64 words[] = {1, 1, 1, 1};
    ASSERT_TRUE(ring.enqueue(0, words, words, words, 3, 3).has_value());
    ASSERT_TRUE(ring.enqueue(0, words, words, words, 4, 3).has_value());
    TripleRun run{};
    u64 cycle = 0;
    EXPECT_EQ(ring.dequeue_run(0, run, cycle), 3u);
    EXPECT_EQ(ring.dequeue_run(0, run, cycle), 4u);
}

TEST(DeltaRing, parked_runs_are_in_the_park_ring_and_nowhere_else) {
    const RingMemory memory(DeltaRing::bytes(16));
    DeltaRing ring(memory.get(), 16);
    const RingMemory park_memory(ParkRing<ParkedRun>::bytes(2));
    ParkRing<ParkedRun> parked(park_memory.get(), 2);
    EXPECT_EQ(ring.park(5, parked, ParkCause::Class), 0u) << "nothing is there";
    for (u32 i = 0; i < 3; ++i) {
        ASSERT_TRUE(ring.enqueue_run(5, run_of(numbered(5, i), 3 + i), 70 + i).has_value());
    }
    EXPECT_EQ(ring.park(5, parked, ParkCause::Class), 3u);
    EXPECT_EQ(ring.park(5, parked, ParkCause::Requested), 4u);
    const Result<u32> refused = ring.park(5, parked, ParkCause::Budget);
    EXPECT_EQ(refused.error(), Error::QueueFull);
    EXPECT_EQ(parked.refused(), 1u);
    EXPECT_EQ(ring.rows(5), 5u) << "what was not parked is there";
    EXPECT_EQ(ring.park(8, parked, ParkCause::Budget).error(), Error::OutOfRange);
    for (u32 i = 0; i < 2; ++i) {
        ParkedRun entry{};
        ASSERT_TRUE(parked.pop(entry));
        EXPECT_EQ(entry.slot, 5u);
        EXPECT_EQ(entry.cycle, 70u + i);
        EXPECT_EQ(entry.run.length, 3 + i);
        EXPECT_EQ(entry.run.subjects[1], numbered(5, i).subjects[1]);
        EXPECT_EQ(entry.cause, i == 0 ? ParkCause::Class : ParkCause::Requested);
    }
    TripleRun run{};
    u64 cycle = 0;
    EXPECT_EQ(ring.dequeue_run(5, run, cycle), 5u);
    EXPECT_EQ(cycle, 72u);
}

/// A producer and a consumer for each of two slots, at once.
TEST(DeltaRing, threads_pass_rows_in_order_and_slots_do_not_meet) {
    constexpr u64 ROWS = 100'000;
    const RingMemory memory(DeltaRing::bytes(32));
    const auto produce = [&](u32 slot) {
        DeltaRing ring(memory.get(), 32);
        std::mt19937_64 random(slot);
        for (u64 next = 0; next < ROWS;) {
            const u32 count = static_cast<u32>(std::min<u64>(1 + below(random, 8), ROWS - next));
            while (!enqueue(ring, slot, numbered(slot, next), count)) {
                std::this_thread::yield();
            }
            next += count;
        }
    };
    std::array<u64, 2> wrong{};
    const auto consume = [&](u32 slot) {
        DeltaRing ring(memory.get(), 32);
        for (u64 next = 0; next < ROWS;) {
            Rows out{};
            const u32 got = dequeue(ring, slot, out);
            for (u32 i = 0; i < got; ++i) {
                const u64 number = u64{slot} << 56 | next++;
                wrong[slot - 3] += out.subjects[i] != number * 3 || out.objects[i] != ~number;
            }
            if (got == 0) {
                std::this_thread::yield();
            }
        }
    };
    std::thread threads[] = {std::thread(produce, 3), std::thread(produce, 4),
                             std::thread(consume, 3), std::thread(consume, 4)};
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(wrong, (std::array<u64, 2>{}));
}

} // namespace
} // namespace knhk
