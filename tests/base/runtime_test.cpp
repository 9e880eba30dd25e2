// SPDX-License-Identifier: MIT
// The image's own memcpy and its kin, compiled under other names (tests/meson.build), beside a
// byte-wise model.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "base/types.hpp"

extern "C" {
void* knhk_memcpy(void* to, const void* from, std::size_t size);
void* knhk_memmove(void* to, const void* from, std::size_t size);
void* knhk_memset(void* to, int value, std::size_t size);
int knhk_memcmp(const void* a, const void* b, std::size_t size);
unsigned knhk_bswapsi2(unsigned value);
unsigned long knhk_bswapdi2(unsigned long value);
int knhk_clzdi2(unsigned long value);
int knhk_ctzdi2(unsigned long value);
int knhk_popcountdi2(unsigned long value);
}

namespace knhk {
namespace {

constexpr std::size_t BUFFER_BYTES = 200;
constexpr std::size_t SIZE_MAX_BYTES = 70;
constexpr std::size_t MIDDLE = 65;

using Buffer = std::vector<u8>;

Buffer numbered(u32 salt) {
    Buffer buffer(BUFFER_BYTES);
    for (std::size_t i = 0; i < buffer.size(); ++i) {
        buffer[i] = static_cast<u8>(i * 7 + salt);
    }
    return buffer;
}

/// What a copy must leave: taken from a snapshot, so that an overlap cannot matter.
Buffer copied(const Buffer& to, const Buffer& from, std::size_t at, std::size_t source,
              std::size_t size) {
    Buffer result = to;
    for (std::size_t i = 0; i < size; ++i) {
        result[at + i] = from[source + i];
    }
    return result;
}

TEST(RuntimeTest, memcpy_copies_exactly_the_bytes_asked_for) {
    const Buffer from = numbered(1);
    for (std::size_t size = 0; size <= SIZE_MAX_BYTES; ++size) {
        for (std::size_t at = 0; at < 9; ++at) {
            Buffer to = numbered(100);
            const Buffer expected = copied(to, from, MIDDLE + at, 3, size);
            EXPECT_EQ(knhk_memcpy(&to[MIDDLE + at], &from[3], size), &to[MIDDLE + at]);
            EXPECT_EQ(to, expected) << size;
        }
    }
}

TEST(RuntimeTest, memmove_copies_as_if_through_another_place_at_every_overlap) {
    for (std::size_t size = 0; size <= SIZE_MAX_BYTES; ++size) {
        for (std::size_t at = MIDDLE - 64; at <= MIDDLE + 64; ++at) {
            Buffer buffer = numbered(9);
            const Buffer expected = copied(buffer, buffer, at, MIDDLE, size);
            EXPECT_EQ(knhk_memmove(&buffer[at], &buffer[MIDDLE], size), &buffer[at]);
            ASSERT_EQ(buffer, expected) << size << " bytes to " << at;
        }
    }
}

TEST(RuntimeTest, memset_fills_exactly_the_bytes_asked_for) {
    for (std::size_t size = 0; size <= SIZE_MAX_BYTES; ++size) {
        Buffer buffer = numbered(5);
        Buffer expected = buffer;
        std::fill_n(expected.begin() + 11, size, u8{0xA5});
        EXPECT_EQ(knhk_memset(&buffer[11], 0xA5, size), &buffer[11]);
        EXPECT_EQ(buffer, expected) << size;
    }
}

TEST(RuntimeTest, memset_takes_the_low_byte_of_its_value) {
    Buffer buffer(4, 0);
    knhk_memset(buffer.data(), 0x1FE, 4);
    EXPECT_EQ(buffer, Buffer(4, 0xFE));
    knhk_memset(buffer.data(), -1, 4);
    EXPECT_EQ(buffer, Buffer(4, 0xFF));
}

TEST(RuntimeTest, memcmp_of_equal_bytes_is_zero) {
    const Buffer a = numbered(3);
    const Buffer b = a;
    EXPECT_EQ(knhk_memcmp(a.data(), b.data(), a.size()), 0);
    EXPECT_EQ(knhk_memcmp("a", "b", 0), 0);
}

TEST(RuntimeTest, memcmp_is_decided_by_the_first_difference_alone) {
    for (std::size_t at = 0; at < SIZE_MAX_BYTES; ++at) {
        Buffer a(SIZE_MAX_BYTES, 7);
        Buffer b(SIZE_MAX_BYTES, 7);
        b[at] = 8;
        std::fill(a.begin() + static_cast<std::ptrdiff_t>(at) + 1, a.end(), u8{200});
        EXPECT_LT(knhk_memcmp(a.data(), b.data(), SIZE_MAX_BYTES), 0) << at;
        EXPECT_GT(knhk_memcmp(b.data(), a.data(), SIZE_MAX_BYTES), 0) << at;
        EXPECT_EQ(knhk_memcmp(a.data(), b.data(), at), 0) << at;
    }
}

TEST(RuntimeTest, memcmp_compares_unsigned_bytes) {
    const Buffer high{0x80};
    const Buffer low{0x7F};
    EXPECT_GT(knhk_memcmp(high.data(), low.data(), 1), 0);
    EXPECT_LT(knhk_memcmp(low.data(), high.data(), 1), 0);
}

TEST(RuntimeTest, missing_instructions_are_what_processors_that_have_them_do) {
    u64 value = 0x9E3779B97F4A7C15;
    for (u32 round = 0; round < 1000; ++round) {
        value = value * 0xD1342543DE82EF95 + 1;
        for (const u64 each :
             {value, value >> round % 64, value << round % 64, u64{1} << round % 64}) {
            EXPECT_EQ(knhk_bswapdi2(each), __builtin_bswap64(each)) << each;
            EXPECT_EQ(knhk_bswapsi2(static_cast<u32>(each)),
                      __builtin_bswap32(static_cast<u32>(each)))
                << each;
            EXPECT_EQ(knhk_popcountdi2(each), std::popcount(each)) << each;
            if (each != 0) {
                EXPECT_EQ(knhk_clzdi2(each), std::countl_zero(each)) << each;
                EXPECT_EQ(knhk_ctzdi2(each), std::countr_zero(each)) << each;
            }
        }
    }
    EXPECT_EQ(knhk_popcountdi2(0), 0);
    EXPECT_EQ(knhk_popcountdi2(~u64{0}), 64);
}

} // namespace
} // namespace knhk
