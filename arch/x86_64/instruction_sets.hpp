// SPDX-License-Identifier: MIT
// Which instruction sets the calling hart may use: the processor has them, and whoever manages it
// has switched their state on. The image asks it of the bare machine, the loader of Linux.
#pragma once

#include "base/instruction_set.hpp"

namespace knhk::x86_64 {

struct CpuidResult {
    u32 eax, ebx, ecx, edx;
};

inline CpuidResult cpuid(u32 leaf, u32 subleaf = 0) {
    CpuidResult result;
    asm volatile("cpuid"
                 : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
                 : "a"(leaf), "c"(subleaf));
    return result;
}

/// Only where CR4.OSXSAVE is set, which the processor shows.
inline u64 read_xcr0() {
    u32 low;
    u32 high;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (u64{high} << 32) | low;
}

inline constexpr u32 CPUID_BASE = 0;
inline constexpr u32 CPUID_FEATURES = 1;
inline constexpr u32 CPUID_STRUCTURED = 7;

inline constexpr u64 XCR0_X87_SSE = 0x03;
inline constexpr u64 XCR0_AVX = 0x04;
inline constexpr u64 XCR0_AVX512 = 0xE0; ///< opmask, upper halves, upper sixteen: all or none

/// What a processor says of itself.
struct Processor {
    u32 features_ecx;
    u32 structured_ebx;
    u64 xcr0; ///< 0 where it cannot be read
};

/// Whether there are 256 bits, and all else that is said of AVX2's kernels.
constexpr bool has_avx2(const Processor& processor) {
    constexpr u32 FEATURES = 1U << 28 | 1U << 23;           // AVX, POPCNT
    constexpr u32 STRUCTURED = 1U << 3 | 1U << 5 | 1U << 8; // BMI1, AVX2, BMI2
    constexpr u64 STATE = XCR0_X87_SSE | XCR0_AVX;
    return (processor.features_ecx & FEATURES) == FEATURES &&
           (processor.structured_ebx & STRUCTURED) == STRUCTURED &&
           (processor.xcr0 & STATE) == STATE;
}

/// Beside AVX2.
constexpr bool has_avx512(const Processor& processor) {
    constexpr u32 STRUCTURED = 1U << 16 | 1U << 17 | 1U << 30 | 1U << 31; // F, DQ, BW, VL
    return (processor.structured_ebx & STRUCTURED) == STRUCTURED &&
           (processor.xcr0 & XCR0_AVX512) == XCR0_AVX512;
}

/// The registers are SSE's, which are on wherever code of the image runs.
constexpr bool has_sha256(const Processor& processor) {
    constexpr u32 FEATURES = 1U << 9 | 1U << 19; // SSSE3, SSE4.1
    constexpr u32 SHA = 1U << 29;
    return (processor.features_ecx & FEATURES) == FEATURES && (processor.structured_ebx & SHA) != 0;
}

/// BootInfo::instruction_sets.
constexpr u64 instruction_sets_of(const Processor& processor) {
    u64 sets = has_sha256(processor) ? SHA256_BIT : 0;
    if (has_avx2(processor)) {
        sets |= bit_of(InstructionSet::Avx2);
        sets |= has_avx512(processor) ? bit_of(InstructionSet::Avx512) : 0;
    }
    return sets;
}

inline u64 instruction_sets() {
    constexpr u32 OSXSAVE = 1U << 27;
    const u32 features = cpuid(CPUID_FEATURES).ecx;
    const bool has_structured = cpuid(CPUID_BASE).eax >= CPUID_STRUCTURED;
    return instruction_sets_of({.features_ecx = features,
                                .structured_ebx = has_structured ? cpuid(CPUID_STRUCTURED).ebx : 0,
                                .xcr0 = (features & OSXSAVE) != 0 ? read_xcr0() : 0});
}

} // namespace knhk::x86_64
