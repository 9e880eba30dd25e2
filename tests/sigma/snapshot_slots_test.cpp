// SPDX-License-Identifier: MIT
// Slots in turn, by hand and by threads: who looks sees a whole descriptor of one swap, epochs
// ascend by one, and a slot is written again when all have said so and not before.
#include "sigma/snapshot_slots.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

namespace knhk {
namespace {

/// Words that belong together, so that a torn one shows.
struct Descriptor {
    u64 id;
    u64 epoch;
    u64 parts[6];

    void set_epoch(u64 value) { epoch = value; }
    void fill(u64 value) {
        id = value;
        for (u64& part : parts) {
            part = value * 7;
        }
    }
    [[nodiscard]] bool is_whole() const {
        bool is_whole = true;
        for (const u64 part : parts) {
            is_whole = is_whole && part == id * 7;
        }
        return is_whole;
    }
};

constexpr u32 READERS = 4;
using Slots = SnapshotSlots<Descriptor, READERS>;

/// Promotes a snapshot with this id; 0 if no slot is free.
u64 swap_in(Slots& slots, u64 id, u32 readers) {
    const Result<u32> slot = slots.take(readers);
    if (!slot) {
        EXPECT_EQ(slot.error(), Error::NoFreeSlot);
        return 0;
    }
    slots.descriptor(*slot).fill(id);
    return slots.promote(*slot);
}

u64 roll_back(Slots& slots, u64 id, u32 readers) {
    const Result<u32> slot =
        slots.take_kept(readers, [id](const Descriptor& kept) { return kept.id == id; });
    return slot ? slots.promote(*slot) : 0;
}

void quiesce_all(Slots& slots) {
    for (u32 reader = 0; reader < READERS; ++reader) {
        slots.quiesce(reader);
    }
}

TEST(SnapshotSlots, zero_memory_has_no_snapshot) {
    const auto slots = std::make_unique<Slots>();
    EXPECT_EQ(slots->current(), nullptr);
    EXPECT_EQ(slots->epoch(), 0u);
    slots->quiesce(0);
    EXPECT_EQ(slots->current(), nullptr);
}

TEST(SnapshotSlots, epochs_ascend_by_one_a_swap) {
    const auto slots = std::make_unique<Slots>();
    for (u64 number = 1; number <= 100; ++number) {
        ASSERT_EQ(swap_in(*slots, number + 1000, READERS), number);
        ASSERT_NE(slots->current(), nullptr);
        EXPECT_EQ(slots->current()->id, number + 1000);
        EXPECT_EQ(slots->current()->epoch, number);
        quiesce_all(*slots);
    }
}

TEST(SnapshotSlots, slot_that_one_reader_may_read_is_not_taken) {
    const auto slots = std::make_unique<Slots>();
    ASSERT_EQ(swap_in(*slots, 1, READERS), 1u);
    quiesce_all(*slots);
    const Descriptor* held = slots->current(); // by reader 3
    for (u64 id = 2; id <= Slots::COUNT; ++id) {
        ASSERT_EQ(swap_in(*slots, id, READERS), id) << "there were empty ones";
    }
    slots->quiesce(0);
    slots->quiesce(1);
    slots->quiesce(2);
    EXPECT_EQ(swap_in(*slots, 5, READERS), 0u);
    EXPECT_EQ(held->id, 1u);
    EXPECT_TRUE(held->is_whole());
    EXPECT_EQ(swap_in(*slots, 5, 3), 5u) << "without reader 3 it is free";
    EXPECT_EQ(held->id, 5u);
}

TEST(SnapshotSlots, snapshot_that_was_swapped_out_first_is_lost_first) {
    const auto slots = std::make_unique<Slots>();
    for (u64 id = 1; id <= 5; ++id) {
        ASSERT_EQ(swap_in(*slots, id, READERS), id);
        quiesce_all(*slots);
    }
    EXPECT_EQ(roll_back(*slots, 1, READERS), 0u) << "5 lies there";
    EXPECT_EQ(roll_back(*slots, 5, READERS), 0u) << "it is what is followed";
    EXPECT_EQ(roll_back(*slots, 2, READERS), 6u);
    EXPECT_EQ(slots->current()->id, 2u);
    EXPECT_EQ(slots->current()->epoch, 6u);
    quiesce_all(*slots);
    ASSERT_EQ(swap_in(*slots, 7, READERS), 7u);
    quiesce_all(*slots);
    EXPECT_EQ(roll_back(*slots, 3, READERS), 0u) << "it was the first to be swapped out then";
    EXPECT_EQ(roll_back(*slots, 4, READERS), 8u);
}

TEST(SnapshotSlots, of_several_that_would_do_the_last_one_is_rolled_back_to) {
    const auto slots = std::make_unique<Slots>();
    for (u64 id = 1; id <= Slots::COUNT; ++id) {
        ASSERT_EQ(swap_in(*slots, id, READERS), id);
        quiesce_all(*slots);
    }
    const Result<u32> slot =
        slots->take_kept(READERS, [](const Descriptor& kept) { return kept.id < 4; });
    ASSERT_TRUE(slot.has_value());
    EXPECT_EQ(slots->descriptor(*slot).id, 3u);
}

TEST(SnapshotSlots, rolling_back_waits_for_nobody) {
    const auto slots = std::make_unique<Slots>();
    ASSERT_EQ(swap_in(*slots, 1, READERS), 1u);
    quiesce_all(*slots);
    const Descriptor* held = slots->current();
    ASSERT_EQ(swap_in(*slots, 2, READERS), 2u);
    const Result<u32> slot = slots->take_kept(READERS, [](const Descriptor&) { return true; });
    ASSERT_FALSE(slot.has_value());
    EXPECT_EQ(slot.error(), Error::NoFreeSlot) << "its epoch would change under the reader";
    EXPECT_EQ(held->epoch, 1u);
    const Result<u32> other = slots->take_kept(READERS, [](const Descriptor&) { return false; });
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error(), Error::SnapshotNotKept);
    quiesce_all(*slots);
    EXPECT_EQ(roll_back(*slots, 1, READERS), 3u);
}

TEST(SnapshotSlots, slot_that_is_given_back_is_the_next_to_be_taken) {
    const auto slots = std::make_unique<Slots>();
    for (u64 id = 1; id <= 3; ++id) {
        ASSERT_EQ(swap_in(*slots, id, READERS), id);
        quiesce_all(*slots);
    }
    const Result<u32> slot = slots->take(READERS);
    ASSERT_TRUE(slot.has_value());
    const Result<u32> second = slots->take(READERS); // the first snapshot's
    ASSERT_TRUE(second.has_value());
    EXPECT_NE(*slot, *second);
    slots->give_back(*second);
    slots->give_back(*slot);
    EXPECT_EQ(roll_back(*slots, 1, READERS), 0u) << "who takes a slot has lost what was there";
    EXPECT_EQ(roll_back(*slots, 2, READERS), 4u);
    EXPECT_TRUE(slots->take(READERS).has_value());
    EXPECT_TRUE(slots->take(READERS).has_value());
}

TEST(SnapshotSlotsDeathTest, what_was_not_taken_is_not_promoted) {
    const auto slots = std::make_unique<Slots>();
    EXPECT_DEATH(slots->promote(0), "panic: .*snapshot_slots.hpp");
    ASSERT_EQ(swap_in(*slots, 1, READERS), 1u);
    EXPECT_DEATH(slots->promote(0), "panic: .*snapshot_slots.hpp");
    EXPECT_DEATH(slots->give_back(0), "panic: .*snapshot_slots.hpp");
    EXPECT_DEATH(slots->descriptor(Slots::COUNT).fill(1), "panic: .*snapshot_slots.hpp");
}

TEST(SnapshotSlotsDeathTest, cell_that_another_writer_swapped_is_noticed) {
    const auto slots = std::make_unique<Slots>();
    ASSERT_EQ(swap_in(*slots, 1, READERS), 1u);
    const Result<u32> slot = slots->take(READERS);
    ASSERT_TRUE(slot.has_value());
    const u64 other = 2 * Slots::COUNT;                                 // a second swap, to slot 0
    std::memcpy(static_cast<void*>(slots.get()), &other, sizeof other); // the cell comes first
    ASSERT_EQ(slots->current()->id, 1u);
    EXPECT_DEATH(slots->promote(*slot), "panic: .*snapshot_slots.hpp");
}

// --- threads -------------------------------------------------------------------------------------

u64 swap_count() {
    const char* asked = std::getenv("KNHK_LONG");
    return asked != nullptr && std::strcmp(asked, "1") == 0 ? 100'000 : 2'000;
}

/// Two new snapshots, then the first of them is rolled back to, and so on.
bool is_rolled_back_to(u64 epoch) {
    return epoch % 3 == 0;
}
u64 id_of(u64 epoch) {
    return (epoch - 1) / 3 * 2 + ((epoch - 1) % 3 == 1 ? 2 : 1);
}

struct Stress {
    std::unique_ptr<Slots> slots = std::make_unique<Slots>();
    std::atomic<bool> is_over{false};
    std::array<u64, READERS> torn{};
    std::array<u64, READERS> backwards{};
    std::array<std::atomic<u64>, READERS> looks{};

    /// Each reader has looked so often: else the swaps may be over before the first one begins.
    [[nodiscard]] bool are_all_reading(u64 looks_min) const {
        for (const std::atomic<u64>& count : looks) {
            if (count.load() < looks_min) {
                return false;
            }
        }
        return true;
    }
};

bool is_still(const Descriptor& held, u64 epoch) {
    return held.is_whole() && held.epoch == epoch && held.id == id_of(epoch);
}

void read_on(Stress& stress, u32 reader) {
    u64 last = 0;
    while (!stress.is_over.load()) {
        const Descriptor* held = stress.slots->current();
        const u64 held_epoch = held == nullptr ? 0 : held->epoch;
        for (u32 look = 0; look < 8; ++look) {
            const Descriptor* now = stress.slots->current();
            if (now == nullptr) {
                continue;
            }
            ++stress.looks[reader];
            const u64 epoch = now->epoch;
            stress.torn[reader] += is_still(*now, epoch) ? 0 : 1;
            stress.backwards[reader] += epoch < last ? 1 : 0;
            last = epoch;
        }
        std::this_thread::yield(); // the writer goes on; and processors may be few
        stress.torn[reader] += held == nullptr || is_still(*held, held_epoch) ? 0 : 1;
        stress.slots->quiesce(reader);
    }
}

/// So many swaps and, as they go on, so many looks.
void swap_on(Stress& stress, u64 swaps) {
    constexpr u64 LOOKS_MIN = 2'000;
    for (u64 epoch = 1; epoch <= swaps || !stress.are_all_reading(LOOKS_MIN); ++epoch) {
        while ((is_rolled_back_to(epoch)
                    ? roll_back(*stress.slots, id_of(epoch), READERS)
                    : swap_in(*stress.slots, id_of(epoch), READERS)) != epoch) {
            std::this_thread::yield();
        }
    }
    stress.is_over = true;
}

TEST(SnapshotSlots, readers_of_many_swaps_see_whole_descriptors_in_their_order) {
    Stress stress;
    std::vector<std::thread> threads;
    for (u32 reader = 0; reader < READERS; ++reader) {
        threads.emplace_back([&, reader] { read_on(stress, reader); });
    }
    swap_on(stress, swap_count());
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(stress.torn, (std::array<u64, READERS>{}));
    EXPECT_EQ(stress.backwards, (std::array<u64, READERS>{}));
    EXPECT_GE(stress.slots->epoch(), swap_count());
}

} // namespace
} // namespace knhk
