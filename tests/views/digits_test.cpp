// SPDX-License-Identifier: MIT
// Numbers that are written by hand look like those of a library.
#include "tools/views/digits.hpp"

#include <gtest/gtest.h>

#include <string>

#include <fmt/format.h>

namespace knhk::tools {
namespace {

/// Zero, every power of ten and of two, and their neighbours.
std::vector<u64> edges() {
    std::vector<u64> values = {0, ~u64{0}};
    for (u64 power = 1; power <= ~u64{0} / 10; power *= 10) {
        values.insert(values.end(), {power - 1, power, power + 1, power * 10 - 1});
    }
    for (u32 bit = 0; bit < 64; ++bit) {
        values.insert(values.end(), {(u64{1} << bit) - 1, u64{1} << bit});
    }
    return values;
}

template<class... Arguments>
std::string written(char* (*write)(char*, Arguments...), Arguments... arguments) {
    char buffer[64];
    return {buffer, write(buffer, arguments...)};
}

TEST(Digits, decimal_numbers_at_all_edges_are_those_of_fmt) {
    for (const u64 value : edges()) {
        EXPECT_EQ(written<u64>(write_decimal, value), fmt::format("{}", value));
    }
}

TEST(Digits, columns_align_right_and_grow_for_longer_numbers) {
    for (const u64 value : edges()) {
        EXPECT_EQ((written<u64, std::size_t>(write_column, value, 6)), fmt::format("{:>6}", value));
    }
}

TEST(Digits, text_columns_align_left) {
    EXPECT_EQ((written<std::string_view, std::size_t>(write_column, "Ok", 5)), "Ok   ");
    EXPECT_EQ((written<std::string_view, std::size_t>(write_column, "Parked", 5)), "Parked");
}

TEST(Digits, hexadecimal_numbers_have_sixteen_digits) {
    for (const u64 value : edges()) {
        EXPECT_EQ(written<u64>(write_hex, value), fmt::format("{:016x}", value));
    }
}

} // namespace
} // namespace knhk::tools
