// SPDX-License-Identifier: MIT
// Beats and rings through the C interface: what they do, and every argument that is wrong.
#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "tests/capi/capi_fixture.hpp"

namespace knhk {
namespace {

using namespace test;

constexpr u64 BAD_SIZES[] = {
    0, 1, 3, 7, 12, 1000, 2 * u64{KNHK_RING_MAX}, u64{1} << 32, (u64{1} << 32) + 8, ~u64{0}};

TEST(CapiBeat, is_handed_out_from_its_first_on) {
    knhk_beat_t beat{};
    u64 cycle = 0;
    ASSERT_EQ(knhk_beat_init(&beat, 7), KNHK_OK);
    EXPECT_EQ(knhk_beat_next(&beat, &cycle), KNHK_OK);
    EXPECT_EQ(cycle, 7u);
    EXPECT_EQ(knhk_beat_current(&beat, &cycle), KNHK_OK);
    EXPECT_EQ(cycle, 8u);
    for (u64 i = 0; i < 32; ++i) {
        EXPECT_EQ(knhk_beat_tick(i), i & 7);
        EXPECT_EQ(knhk_beat_pulse(i), i % 8 == 0 ? 1u : 0u);
    }
}

TEST(CapiBeat, wrong_pointers_are_codes) {
    knhk_beat_t beat{};
    u64 cycle = 3;
    EXPECT_EQ(knhk_beat_init(nullptr, 0), KNHK_E_NULL);
    EXPECT_EQ(knhk_beat_init(misaligned(&beat), 0), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_beat_next(nullptr, &cycle), KNHK_E_NULL);
    EXPECT_EQ(knhk_beat_next(&beat, nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_beat_next(misaligned(&beat), &cycle), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_beat_next(&beat, misaligned(&cycle)), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_beat_current(nullptr, &cycle), KNHK_E_NULL);
    EXPECT_EQ(knhk_beat_current(&beat, nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_beat_current(misaligned(&beat), &cycle), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_beat_current(&beat, misaligned(&cycle)), KNHK_E_ALIGNMENT);
    EXPECT_EQ(cycle, 3u);
}

TEST(CapiRings, bytes_of_what_is_no_size_are_0) {
    for (const u64 size : BAD_SIZES) {
        EXPECT_EQ(knhk_ring_bytes_delta(size), 0u) << size;
        EXPECT_EQ(knhk_ring_bytes_assertion(size, 8), 0u) << size;
        EXPECT_EQ(knhk_ring_bytes_assertion(8, size),
                  size == 1 ? knhk_ring_bytes_assertion(8, 1) : 0);
        EXPECT_EQ(knhk_ring_bytes_park(size), size == 1 ? knhk_ring_bytes_park(1) : 0) << size;
    }
    EXPECT_NE(knhk_ring_bytes_assertion(8, 1), 0u);
    EXPECT_NE(knhk_ring_bytes_park(1), 0u);
    EXPECT_NE(knhk_ring_bytes_delta(KNHK_RING_MAX), 0u);
}

/// Initialises rings of one kind with everything that is wrong.
template<class Handle, class Init>
void check_init(u64 bytes, Init init) {
    const RingMemory memory(bytes);
    Handle handle{};
    std::byte* const first = memory.get();
    EXPECT_EQ(init(nullptr, 16, first, bytes), KNHK_E_NULL);
    EXPECT_EQ(init(misaligned(&handle), 16, first, bytes), KNHK_E_ALIGNMENT);
    EXPECT_EQ(init(&handle, 16, nullptr, bytes), KNHK_E_NULL);
    EXPECT_EQ(init(&handle, 16, first + 8, bytes), KNHK_E_ALIGNMENT);
    EXPECT_EQ(init(&handle, 16, first + 32, bytes), KNHK_E_ALIGNMENT);
    EXPECT_EQ(init(&handle, 16, first, bytes - 1), KNHK_E_MEMORY);
    EXPECT_EQ(init(&handle, 16, first, 0), KNHK_E_MEMORY);
    for (const u64 size : BAD_SIZES) {
        if (size != 1) {
            EXPECT_EQ(init(&handle, size, first, ~u64{0}), KNHK_E_RING_SIZE) << size;
        }
    }
    for (u64 i = 0; i < bytes; ++i) {
        ASSERT_EQ(first[i], std::byte{0}) << "nothing was written";
    }
    EXPECT_EQ(init(&handle, 16, first, bytes), KNHK_OK);
}

TEST(CapiRings, are_initialised_over_enough_aligned_memory_alone) {
    check_init<knhk_delta_ring_t>(knhk_ring_bytes_delta(16), knhk_ring_init_delta);
    check_init<knhk_park_ring_t>(knhk_ring_bytes_park(16), knhk_ring_init_park);
    check_init<knhk_assertion_ring_t>(
        knhk_ring_bytes_assertion(16, 4),
        [](knhk_assertion_ring_t* ring, u64 size, void* memory, u64 bytes) {
            return knhk_ring_init_assertion(ring, size, 4, memory, bytes);
        });
    check_init<knhk_assertion_ring_t>(
        knhk_ring_bytes_assertion(8, 16),
        [](knhk_assertion_ring_t* ring, u64 size, void* memory, u64 bytes) {
            return knhk_ring_init_assertion(ring, 8, size, memory, bytes);
        });
}

TEST(CapiDelta, rows_come_back_with_their_cycle) {
    auto ring = delta_ring(8);
    const u64 S[] = {0x1234, 0x5678};
    const u64 P[] = {0xABCD, 0xEF00};
    const u64 O[] = {0x1111, 0x2222};
    EXPECT_EQ(knhk_ring_is_empty_delta(&ring, 0), 1);
    ASSERT_EQ(knhk_ring_enqueue_delta(&ring, 0, S, P, O, 2, 42), KNHK_OK);
    EXPECT_EQ(knhk_ring_is_empty_delta(&ring, 0), 0);
    EXPECT_EQ(knhk_ring_is_empty_delta(&ring, 1), 1);
    u64 out[4][8]{};
    ASSERT_EQ(knhk_ring_dequeue_delta(&ring, 0, out[0], out[1], out[2], out[3], ~u64{0}), 2);
    EXPECT_EQ(std::memcmp(out[0], S, sizeof S), 0);
    EXPECT_EQ(std::memcmp(out[1], P, sizeof P), 0);
    EXPECT_EQ(std::memcmp(out[2], O, sizeof O), 0);
    EXPECT_EQ(out[3][1], 42u);
    EXPECT_EQ(knhk_ring_dequeue_delta(&ring, 0, out[0], out[1], out[2], out[3], 8), 0);
}

TEST(CapiDelta, full_ring_refuses_and_counts) {
    auto ring = delta_ring(8);
    const u64 words[8] = {};
    ASSERT_EQ(knhk_ring_enqueue_delta(&ring, 7, words, words, words, 8, 0), KNHK_OK);
    EXPECT_EQ(knhk_ring_enqueue_delta(&ring, 7, words, words, words, 1, 0), KNHK_E_FULL);
    u64 refused = 0;
    EXPECT_EQ(knhk_ring_refused_delta(&ring, 7, &refused), KNHK_OK);
    EXPECT_EQ(refused, 1u);
}

TEST(CapiDelta, wrong_arguments_are_codes_and_change_nothing) {
    auto made = delta_ring(8);
    auto* const ring = &made.handle;
    knhk_delta_ring_t none{};
    u64 w[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    u64* const off = misaligned(w);
    const auto put = [&](auto* r, u64 tick, u64* S, u64* P, u64* O, u64 count) {
        return knhk_ring_enqueue_delta(r, tick, S, P, O, count, 0);
    };
    const auto take = [](auto* r, u64 tick, u64* S, u64* P, u64* O, u64* cycles) {
        return knhk_ring_dequeue_delta(r, tick, S, P, O, cycles, 8);
    };
    decltype(&none) null = nullptr;
    EXPECT_EQ(put(null, 0, w, w, w, 1), KNHK_E_NULL);
    EXPECT_EQ(put(misaligned(ring), 0, w, w, w, 1), KNHK_E_ALIGNMENT);
    EXPECT_EQ(put(&none, 0, w, w, w, 1), KNHK_E_HANDLE);
    EXPECT_EQ(put(ring, 8, w, w, w, 1), KNHK_E_SLOT);
    EXPECT_EQ(put(ring, u64{1} << 32, w, w, w, 1), KNHK_E_SLOT) << "not cut to 32 bits";
    EXPECT_EQ(put(ring, 0, nullptr, w, w, 1), KNHK_E_NULL);
    EXPECT_EQ(put(ring, 0, w, nullptr, w, 1), KNHK_E_NULL);
    EXPECT_EQ(put(ring, 0, w, w, nullptr, 1), KNHK_E_NULL);
    EXPECT_EQ(put(ring, 0, off, w, w, 1), KNHK_E_ALIGNMENT);
    EXPECT_EQ(put(ring, 0, w, off, w, 1), KNHK_E_ALIGNMENT);
    EXPECT_EQ(put(ring, 0, w, w, off, 1), KNHK_E_ALIGNMENT);
    for (const u64 count : {u64{0}, u64{9}, (u64{1} << 32) + 1, ~u64{0}}) {
        EXPECT_EQ(put(ring, 0, w, w, w, count), KNHK_E_ROWS) << count;
    }
    EXPECT_EQ(take(null, 0, w, w, w, w), KNHK_E_NULL);
    EXPECT_EQ(take(misaligned(ring), 0, w, w, w, w), KNHK_E_ALIGNMENT);
    EXPECT_EQ(take(&none, 0, w, w, w, w), KNHK_E_HANDLE);
    EXPECT_EQ(take(ring, 8, w, w, w, w), KNHK_E_SLOT);
    EXPECT_EQ(take(ring, 0, nullptr, w, w, w), KNHK_E_NULL);
    EXPECT_EQ(take(ring, 0, w, nullptr, w, w), KNHK_E_NULL);
    EXPECT_EQ(take(ring, 0, w, w, nullptr, w), KNHK_E_NULL);
    EXPECT_EQ(take(ring, 0, w, w, w, nullptr), KNHK_E_NULL);
    EXPECT_EQ(take(ring, 0, off, w, w, w), KNHK_E_ALIGNMENT);
    EXPECT_EQ(take(ring, 0, w, off, w, w), KNHK_E_ALIGNMENT);
    EXPECT_EQ(take(ring, 0, w, w, off, w), KNHK_E_ALIGNMENT);
    EXPECT_EQ(take(ring, 0, w, w, w, off), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_ring_is_empty_delta(null, 0), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_is_empty_delta(&none, 0), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_ring_is_empty_delta(ring, 8), KNHK_E_SLOT);
    u64 refused = 0;
    EXPECT_EQ(knhk_ring_refused_delta(null, 0, &refused), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_refused_delta(ring, 8, &refused), KNHK_E_SLOT);
    EXPECT_EQ(knhk_ring_refused_delta(ring, 0, nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_refused_delta(ring, 0, misaligned(&refused)), KNHK_E_ALIGNMENT);
    ASSERT_EQ(knhk_ring_refused_delta(ring, 0, &refused), KNHK_OK);
    EXPECT_EQ(refused, 0u) << "what is wrong is not refused for want of room";
    EXPECT_EQ(knhk_ring_is_empty_delta(ring, 0), 1);
    for (const u64 word : w) {
        EXPECT_EQ(word, 1u);
    }
}

TEST(CapiRings, handle_that_was_cleaned_up_is_none) {
    auto delta = delta_ring();
    auto assertion = assertion_ring();
    auto park = park_ring();
    EXPECT_EQ(knhk_ring_cleanup_delta(&delta), KNHK_OK);
    EXPECT_EQ(knhk_ring_cleanup_delta(&delta), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_ring_cleanup_delta(nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_cleanup_assertion(&assertion), KNHK_OK);
    EXPECT_EQ(knhk_ring_cleanup_assertion(&assertion), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_ring_cleanup_assertion(nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_cleanup_park(&park), KNHK_OK);
    EXPECT_EQ(knhk_ring_cleanup_park(&park), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_ring_cleanup_park(nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_is_empty_delta(&delta, 0), KNHK_E_HANDLE);
}

TEST(CapiRings, handle_of_another_kind_is_none) {
    auto delta = delta_ring();
    auto park = park_ring();
    auto* const as_park = reinterpret_cast<knhk_park_ring_t*>(&delta.handle);
    auto* const as_delta = reinterpret_cast<knhk_delta_ring_t*>(&park.handle);
    EXPECT_EQ(knhk_ring_is_empty_park(as_park), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_ring_is_empty_delta(as_delta, 0), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_ring_cleanup_park(as_park), KNHK_E_HANDLE);
}

struct AssertionOut {
    u64 words[3][64]{};
    u32 receipt_of[64]{};
    knhk_sealed_receipt_t receipts[8]{};
    u64 count = 99;

    int take(knhk_assertion_ring_t* ring, u64 tick, u64 rows = 64, u64 receipts_max = 8) {
        return knhk_ring_dequeue_assertion(ring, tick, words[0], words[1], words[2], receipt_of,
                                           rows, receipts, receipts_max, &count);
    }
};

TEST(CapiAssertion, executions_come_back_whole) {
    auto ring = assertion_ring();
    const u64 S[] = {1, 2, 3};
    knhk_sealed_receipt_t receipt{};
    for (u64 i = 0; i < 3; ++i) {
        receipt.content = i;
        ASSERT_EQ(knhk_ring_enqueue_assertion(&ring, 2, i == 1 ? nullptr : S, S, S,
                                              i == 1 ? 0 : i + 1, &receipt),
                  KNHK_OK);
    }
    AssertionOut out;
    EXPECT_EQ(out.take(&ring, 2, 64, 2), 1);
    EXPECT_EQ(out.count, 2u) << "one of them without rows";
    EXPECT_EQ(out.receipts[1].content, 1u);
    EXPECT_EQ(out.take(&ring, 2, 2), KNHK_E_CAPACITY);
    EXPECT_EQ(out.count, 0u);
    EXPECT_EQ(knhk_ring_is_empty_assertion(&ring, 2), 0);
    EXPECT_EQ(out.take(&ring, 2, u64{1} << 33), 3) << "more room than any ring has";
    EXPECT_EQ(out.receipts[0].content, 2u);
    EXPECT_EQ(out.words[0][2], 3u);
    EXPECT_EQ(knhk_ring_is_empty_assertion(&ring, 2), 1);
    EXPECT_EQ(out.take(&ring, 2), 0);
    EXPECT_EQ(out.count, 0u);
}

TEST(CapiAssertion, full_ring_refuses_and_counts) {
    auto ring = assertion_ring(8, 2);
    const u64 words[8] = {};
    const knhk_sealed_receipt_t receipt{};
    u64 refused = 0;
    ASSERT_EQ(knhk_ring_enqueue_assertion(&ring, 0, words, words, words, 8, &receipt), KNHK_OK);
    EXPECT_EQ(knhk_ring_enqueue_assertion(&ring, 0, words, words, words, 1, &receipt), KNHK_E_FULL);
    EXPECT_EQ(knhk_ring_enqueue_assertion(&ring, 0, words, words, words, 0, &receipt), KNHK_OK);
    EXPECT_EQ(knhk_ring_enqueue_assertion(&ring, 0, words, words, words, 0, &receipt), KNHK_E_FULL);
    EXPECT_EQ(knhk_ring_refused_assertion(&ring, 0, &refused), KNHK_OK);
    EXPECT_EQ(refused, 2u);
}

TEST(CapiAssertion, wrong_arguments_are_codes) {
    auto made = assertion_ring();
    auto* const ring = &made.handle;
    knhk_assertion_ring_t none{};
    decltype(&none) null = nullptr;
    u64 w[8] = {};
    u64* const off = misaligned(w);
    const knhk_sealed_receipt_t sealed{};
    const auto put = [&](auto* r, u64 tick, u64* S, u64* P, u64* O, u64 count,
                         const knhk_sealed_receipt_t* receipt) {
        return knhk_ring_enqueue_assertion(r, tick, S, P, O, count, receipt);
    };
    EXPECT_EQ(put(null, 0, w, w, w, 1, &sealed), KNHK_E_NULL);
    EXPECT_EQ(put(misaligned(ring), 0, w, w, w, 1, &sealed), KNHK_E_ALIGNMENT);
    EXPECT_EQ(put(&none, 0, w, w, w, 1, &sealed), KNHK_E_HANDLE);
    EXPECT_EQ(put(ring, 8, w, w, w, 1, &sealed), KNHK_E_SLOT);
    EXPECT_EQ(put(ring, 0, nullptr, w, w, 1, &sealed), KNHK_E_NULL);
    EXPECT_EQ(put(ring, 0, w, nullptr, w, 1, &sealed), KNHK_E_NULL);
    EXPECT_EQ(put(ring, 0, w, w, nullptr, 1, &sealed), KNHK_E_NULL);
    EXPECT_EQ(put(ring, 0, off, w, w, 1, &sealed), KNHK_E_ALIGNMENT);
    EXPECT_EQ(put(ring, 0, w, off, w, 1, &sealed), KNHK_E_ALIGNMENT);
    EXPECT_EQ(put(ring, 0, w, w, off, 1, &sealed), KNHK_E_ALIGNMENT);
    EXPECT_EQ(put(ring, 0, w, w, w, 9, &sealed), KNHK_E_ROWS);
    EXPECT_EQ(put(ring, 0, w, w, w, u64{1} << 32, &sealed), KNHK_E_ROWS);
    EXPECT_EQ(put(ring, 0, w, w, w, 1, nullptr), KNHK_E_NULL);
    EXPECT_EQ(put(ring, 0, w, w, w, 1, misaligned(&sealed)), KNHK_E_ALIGNMENT);
    AssertionOut out;
    EXPECT_EQ(out.take(null, 0), KNHK_E_NULL);
    EXPECT_EQ(out.take(misaligned(ring), 0), KNHK_E_ALIGNMENT);
    EXPECT_EQ(out.take(&none, 0), KNHK_E_HANDLE);
    EXPECT_EQ(out.take(ring, 8), KNHK_E_SLOT);
    EXPECT_EQ(knhk_ring_is_empty_assertion(null, 0), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_is_empty_assertion(&none, 0), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_ring_is_empty_assertion(ring, 8), KNHK_E_SLOT);
    EXPECT_EQ(knhk_ring_refused_assertion(ring, 0, nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_refused_assertion(ring, 9, w), KNHK_E_SLOT);
    EXPECT_EQ(knhk_ring_refused_assertion(&none, 0, w), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_ring_is_empty_assertion(ring, 0), 1);
}

/// Each pointer of the long list, null and then one byte off.
TEST(CapiAssertion, each_place_to_copy_to_is_looked_at) {
    auto ring = assertion_ring();
    for (u32 wrong = 0; wrong < 6; ++wrong) {
        for (const bool null : {true, false}) {
            u64 words[3][8];
            u32 receipt_of[8];
            knhk_sealed_receipt_t receipts[8];
            u64 count = 0;
            const auto spoiled = [&](u32 place, auto* pointer) {
                return place != wrong ? pointer : null ? nullptr : misaligned(pointer);
            };
            const int code = knhk_ring_dequeue_assertion(
                &ring, 0, spoiled(0, words[0]), spoiled(1, words[1]), spoiled(2, words[2]),
                spoiled(3, receipt_of), 8, spoiled(4, receipts), 8, spoiled(5, &count));
            EXPECT_EQ(code, null ? KNHK_E_NULL : KNHK_E_ALIGNMENT) << wrong;
        }
    }
}

TEST(CapiPark, runs_leave_a_delta_ring_with_their_cause) {
    auto deltas = delta_ring();
    auto park = park_ring(1);
    const u64 words[3] = {4, 4, 4};
    EXPECT_EQ(knhk_ring_park_delta(&deltas, 1, &park, KNHK_PARK_CLASS), 0);
    ASSERT_EQ(knhk_ring_enqueue_delta(&deltas, 1, words, words, words, 3, 17), KNHK_OK);
    ASSERT_EQ(knhk_ring_enqueue_delta(&deltas, 1, words, words, words, 2, 17), KNHK_OK);
    EXPECT_EQ(knhk_ring_is_empty_park(&park), 1);
    EXPECT_EQ(knhk_ring_park_delta(&deltas, 1, &park, KNHK_PARK_CLASS), 3);
    EXPECT_EQ(knhk_ring_park_delta(&deltas, 1, &park, KNHK_PARK_CLASS), KNHK_E_FULL);
    EXPECT_EQ(knhk_ring_is_empty_delta(&deltas, 1), 0) << "what was not parked stays";
    u64 refused = 0;
    EXPECT_EQ(knhk_ring_refused_park(&park, &refused), KNHK_OK);
    EXPECT_EQ(refused, 1u);
    EXPECT_EQ(knhk_ring_is_empty_park(&park), 0);
    knhk_parked_t parked{};
    ASSERT_EQ(knhk_ring_dequeue_park(&park, &parked), 1);
    EXPECT_EQ(parked.cause, static_cast<u32>(KNHK_PARK_CLASS));
    EXPECT_EQ(parked.length, 3u);
    EXPECT_EQ(parked.cycle, 17u);
    EXPECT_EQ(parked.slot, 1u);
    EXPECT_EQ(parked.S[2], 4u);
    EXPECT_EQ(knhk_ring_dequeue_park(&park, &parked), 0);
}

TEST(CapiPark, wrong_arguments_are_codes) {
    auto deltas = delta_ring();
    auto park = park_ring();
    knhk_park_ring_t none{};
    knhk_parked_t parked{};
    u64 refused = 0;
    EXPECT_EQ(knhk_ring_park_delta(nullptr, 0, &park, 1), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_park_delta(&deltas, 8, &park, 1), KNHK_E_SLOT);
    EXPECT_EQ(knhk_ring_park_delta(&deltas, 0, nullptr, 1), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_park_delta(&deltas, 0, misaligned(&park.handle), 1), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_ring_park_delta(&deltas, 0, &none, 1), KNHK_E_HANDLE);
    for (const u32 cause : {0u, 5u, ~0u}) {
        EXPECT_EQ(knhk_ring_park_delta(&deltas, 0, &park, cause), KNHK_E_CAUSE) << cause;
    }
    EXPECT_EQ(knhk_ring_dequeue_park(nullptr, &parked), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_dequeue_park(&none, &parked), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_ring_dequeue_park(&park, nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_dequeue_park(&park, misaligned(&parked)), KNHK_E_ALIGNMENT);
    EXPECT_EQ(knhk_ring_is_empty_park(nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_is_empty_park(&none), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_ring_refused_park(nullptr, &refused), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_refused_park(&none, &refused), KNHK_E_HANDLE);
    EXPECT_EQ(knhk_ring_refused_park(&park, nullptr), KNHK_E_NULL);
    EXPECT_EQ(knhk_ring_refused_park(&park, misaligned(&refused)), KNHK_E_ALIGNMENT);
}

TEST(CapiRings, two_threads_have_an_end_each_with_a_copy_of_the_handle) {
    constexpr u64 ROWS = 100'000;
    auto made = delta_ring(64);
    std::thread producer([ring = made.handle]() mutable {
        for (u64 next = 0; next < ROWS;) {
            const u64 words[] = {next, next + 1, next + 2, next + 3};
            const u64 count = std::min<u64>(1 + next % 4, ROWS - next);
            if (knhk_ring_enqueue_delta(&ring, 3, words, words, words, count, next) == KNHK_OK) {
                next += count;
            } else {
                std::this_thread::yield();
            }
        }
    });
    u64 wrong = 0;
    for (u64 next = 0; next < ROWS;) {
        u64 out[4][8];
        const int rows = knhk_ring_dequeue_delta(&made, 3, out[0], out[1], out[2], out[3], 8);
        for (int i = 0; i < rows; ++i, ++next) {
            wrong += out[0][i] != next || out[2][i] != next ? 1 : 0;
        }
        if (rows == 0) {
            std::this_thread::yield();
        }
    }
    producer.join();
    EXPECT_EQ(wrong, 0u);
}

} // namespace
} // namespace knhk
