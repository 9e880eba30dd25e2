// SPDX-License-Identifier: MIT
#include "arch/x86_64/cpu.hpp"

namespace knhk::x86 {
namespace {

constexpr u32 CPUID_BASE = 0;
constexpr u32 CPUID_FEATURES = 1;
constexpr u32 CPUID_STRUCTURED = 7;
constexpr u32 CPUID_XSAVE = 13;

constexpr u32 FEATURES_EDX_MCE = 1U << 7;
constexpr u32 FEATURES_ECX_XSAVE = 1U << 26;
constexpr u32 FEATURES_ECX_AVX = 1U << 28;
constexpr u32 STRUCTURED_EBX_AVX2 = 1U << 5;
constexpr u32 STRUCTURED_EBX_AVX512F = 1U << 16;

constexpr u64 CR4_MCE = 1U << 6;
constexpr u64 CR4_OSXSAVE = 1U << 18;

constexpr u64 XCR0_X87_SSE = 0x03;
constexpr u64 XCR0_AVX = 0x04;
constexpr u64 XCR0_AVX512 = 0xE0; // opmask, upper halves, upper sixteen: all or none

CpuidResult cpuid_or_zero(u32 leaf) {
    return cpuid(CPUID_BASE).eax >= leaf ? cpuid(leaf) : CpuidResult{};
}

u64 wanted_xcr0() {
    const CpuidResult sizes = cpuid_or_zero(CPUID_XSAVE);
    const u64 supported = (u64{sizes.edx} << 32) | sizes.eax;
    const CpuFeatures features = usable_features();
    u64 state = XCR0_X87_SSE;
    if (features.avx && (supported & XCR0_AVX) != 0) {
        state |= XCR0_AVX;
        if (features.avx512f && (supported & XCR0_AVX512) == XCR0_AVX512) {
            state |= XCR0_AVX512;
        }
    }
    return state;
}

} // namespace

void start_cpu() {
    const CpuidResult features = cpuid(CPUID_FEATURES);
    if ((features.edx & FEATURES_EDX_MCE) != 0) {
        write_cr4(read_cr4() | CR4_MCE); // without it a machine check resets in silence
    }
    if ((features.ecx & FEATURES_ECX_XSAVE) != 0) {
        write_cr4(read_cr4() | CR4_OSXSAVE);
        write_xcr0(wanted_xcr0());
    }
    reset_floating_point();
}

CpuFeatures usable_features() {
    const CpuidResult features = cpuid(CPUID_FEATURES);
    const CpuidResult structured = cpuid_or_zero(CPUID_STRUCTURED);
    CpuFeatures usable{};
    usable.avx = (features.ecx & FEATURES_ECX_XSAVE) != 0 && (features.ecx & FEATURES_ECX_AVX) != 0;
    usable.avx2 = usable.avx && (structured.ebx & STRUCTURED_EBX_AVX2) != 0;
    usable.avx512f = usable.avx && (structured.ebx & STRUCTURED_EBX_AVX512F) != 0;
    return usable;
}

} // namespace knhk::x86
