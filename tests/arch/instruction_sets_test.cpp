// SPDX-License-Identifier: MIT
// What processors, firmware and Linux say of instruction sets, as each architecture reads it.
#include <gtest/gtest.h>

#include "arch/aarch64/instruction_sets.hpp"
#include "arch/riscv64/instruction_sets.hpp"
#include "arch/x86_64/instruction_sets.hpp"

namespace knhk {
namespace {

constexpr u64 AVX2 = bit_of(InstructionSet::Avx2);
constexpr u64 AVX512 = bit_of(InstructionSet::Avx512);
constexpr u64 RVV = bit_of(InstructionSet::Rvv);

/// Everything that is asked for, switched on.
constexpr x86_64::Processor FULL{.features_ecx = 1U << 28 | 1U << 23 | 1U << 9 | 1U << 19,
                                 .structured_ebx = 1U << 3 | 1U << 5 | 1U << 8 | 1U << 16 |
                                                   1U << 17 | 1U << 29 | 1U << 30 | 1U << 31,
                                 .xcr0 = 0xE7};

u64 without(u32 features, u32 structured, u64 state) {
    x86_64::Processor processor = FULL;
    processor.features_ecx &= ~features;
    processor.structured_ebx &= ~structured;
    processor.xcr0 &= ~state;
    return x86_64::instruction_sets_of(processor);
}

TEST(InstructionSets, full_x86_64_has_all) {
    EXPECT_EQ(x86_64::instruction_sets_of(FULL), AVX2 | AVX512 | SHA256_BIT);
}

TEST(InstructionSets, each_thing_that_avx2_kernels_use_is_needed) {
    for (const u32 bit : {23U, 28U}) {
        EXPECT_EQ(without(1U << bit, 0, 0), SHA256_BIT) << bit;
    }
    for (const u32 bit : {3U, 5U, 8U}) {
        EXPECT_EQ(without(0, 1U << bit, 0), SHA256_BIT) << bit;
    }
    for (const u64 bit : {0x1U, 0x2U, 0x4U}) {
        EXPECT_EQ(without(0, 0, bit), SHA256_BIT) << bit;
    }
}

TEST(InstructionSets, each_thing_that_avx512_kernels_use_besides_is_needed) {
    for (const u32 bit : {16U, 17U, 30U, 31U}) {
        EXPECT_EQ(without(0, 1U << bit, 0), AVX2 | SHA256_BIT) << bit;
    }
    for (const u64 bit : {0x20U, 0x40U, 0x80U}) {
        EXPECT_EQ(without(0, 0, bit), AVX2 | SHA256_BIT) << bit;
    }
}

TEST(InstructionSets, each_thing_that_sha256_uses_on_x86_64_is_needed) {
    for (const u32 bit : {9U, 19U}) {
        EXPECT_EQ(without(1U << bit, 0, 0), AVX2 | AVX512) << bit;
    }
    EXPECT_EQ(without(0, 1U << 29, 0), AVX2 | AVX512);
}

TEST(InstructionSets, aarch64_always_has_neon_and_says_whether_it_has_sha2) {
    constexpr u64 NEON = bit_of(InstructionSet::Neon);
    EXPECT_EQ(aarch64::instruction_sets_of(~(u64{1} << 6)), NEON);
    EXPECT_EQ(aarch64::instruction_sets_of(1U << 6), NEON | SHA256_BIT);
    EXPECT_EQ(aarch64::instruction_sets_of_register(~u64{0xF000}), NEON);
    EXPECT_EQ(aarch64::instruction_sets_of_register(0x1000), NEON | SHA256_BIT);
    EXPECT_EQ(aarch64::instruction_sets_of_register(0x2000), NEON | SHA256_BIT) << "SHA-512 too";
}

TEST(InstructionSets, riscv64_firmware_names_extensions_behind_low_lines) {
    for (const char* text : {"rv64imac_zknh", "rv64gcv_zba_zknh_zbb", "rv64gc_zba_zknh"}) {
        EXPECT_TRUE(riscv64::names_extension(text, "zknh")) << text;
    }
    for (const char* text : {"", "_", "zknh", "rv64gczknh", "rv64gc_zknhx", "rv64gc_xzknh",
                             "rv64gc_zkn", "rv64gc_zkn_h", "rv64gc_zknh1p0", "rv64gc__"}) {
        EXPECT_FALSE(riscv64::names_extension(text, "zknh")) << text;
    }
}

TEST(InstructionSets, riscv64_firmware_names_vectors_by_one_letter) {
    for (const char* text : {"rv64imafdcv", "rv64imafdcvsu", "rv64gcv_zba_zbb", "rv64v"}) {
        EXPECT_TRUE(riscv64::names_vectors(text)) << text;
    }
    for (const char* text :
         {"", "rv64", "rv64imafdc", "rv64imafdcsu", "rv32imafdcv", "rv64gc_zvl128b",
          "rv64imac_xventana", "rv64imacsvinval", "rv64imafdczve64x"}) {
        EXPECT_FALSE(riscv64::names_vectors(text)) << text;
    }
}

TEST(InstructionSets, riscv64_linux_tells_letters_as_bits) {
    EXPECT_EQ(riscv64::instruction_sets_of(1U << ('v' - 'a')), RVV);
    EXPECT_EQ(riscv64::instruction_sets_of(0x112D), 0U) << "imafdc";
}

} // namespace
} // namespace knhk
