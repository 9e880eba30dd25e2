// SPDX-License-Identifier: MIT
// What a hart switches on in itself before it runs other code, and waiting.
#include "arch/x86_64/cpu.hpp"

#include "arch/bare/console.hpp"

namespace knhk::bare {
namespace {

using x86_64::cpuid;
using x86_64::CPUID_BASE;
using x86_64::CPUID_FEATURES;
using x86_64::CPUID_STRUCTURED;
using x86_64::CpuidResult;
using x86_64::XCR0_AVX;
using x86_64::XCR0_AVX512;
using x86_64::XCR0_X87_SSE;

constexpr u32 CPUID_XSAVE = 13;

constexpr u32 FEATURES_EDX_MCE = 1U << 7;
constexpr u32 FEATURES_ECX_XSAVE = 1U << 26;
constexpr u32 FEATURES_ECX_AVX = 1U << 28;
constexpr u32 STRUCTURED_EBX_AVX2 = 1U << 5;
constexpr u32 STRUCTURED_EBX_AVX512F = 1U << 16;

constexpr u64 CR4_MCE = 1U << 6;
constexpr u64 CR4_OSXSAVE = 1U << 18;

constexpr u64 FLAGS_INTERRUPTS_ON = 1U << 9;

/// No processor's time stamp counter is faster.
constexpr u64 CYCLES_PER_SECOND_MAX = u64{1} << 32;

CpuidResult cpuid_or_zero(u32 leaf) {
    return cpuid(CPUID_BASE).eax >= leaf ? cpuid(leaf) : CpuidResult{};
}

struct CpuFeatures {
    bool avx;
    bool avx2;
    bool avx512f;
};

/// What code may use after start_cpu: the processor has it and its state is switched on.
CpuFeatures usable_features() {
    const CpuidResult features = cpuid(CPUID_FEATURES);
    const CpuidResult structured = cpuid_or_zero(CPUID_STRUCTURED);
    CpuFeatures usable{};
    usable.avx = (features.ecx & FEATURES_ECX_XSAVE) != 0 && (features.ecx & FEATURES_ECX_AVX) != 0;
    usable.avx2 = usable.avx && (structured.ebx & STRUCTURED_EBX_AVX2) != 0;
    usable.avx512f = usable.avx && (structured.ebx & STRUCTURED_EBX_AVX512F) != 0;
    return usable;
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

/// Machine check exceptions, and all vector state that there is.
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

void announce_processor() {
    const CpuFeatures features = usable_features();
    if (!features.avx) {
        return;
    }
    TextLine line;
    line.text("knhk: processor has avx");
    line.text(features.avx2 ? " avx2" : "").text(features.avx512f ? " avx512f" : "");
    print(line);
}

/// All harts of a machine are alike, and start_cpu has switched all of them on.
u64 instruction_sets() {
    return x86_64::instruction_sets();
}

void pause() {
    asm volatile("pause" : : : "memory");
}

u64 read_cycles() {
    u32 low;
    u32 high;
    asm volatile("rdtsc" : "=a"(low), "=d"(high));
    return (u64{high} << 32) | low;
}

u64 cycles_per_second_max() {
    return CYCLES_PER_SECOND_MAX;
}

void halt_forever() {
    for (;;) {
        asm volatile("cli; hlt" : : : "memory");
    }
}

u64 mask_interrupts() {
    u64 flags;
    asm volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

void restore_interrupts(u64 before) {
    if ((before & FLAGS_INTERRUPTS_ON) != 0) {
        unmask_interrupts();
    }
}

void unmask_interrupts() {
    asm volatile("sti" : : : "memory");
}

// `sti` takes effect one instruction late, so an interrupt that is already pending ends the `hlt`.
void sleep_until_interrupt() {
    asm volatile("sti; hlt; cli" : : : "memory");
}

void zero_bytes(void* to, u64 size_bytes) {
    u64 count = size_bytes / sizeof(u64);
    asm volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(0) : "memory");
}

void copy_bytes(void* to, const void* from, u64 size_bytes) {
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size_bytes) : : "memory");
}

} // namespace knhk::bare
