// SPDX-License-Identifier: MIT
// What a hart switches on in itself before it runs other code, and waiting.
#include "arch/aarch64/cpu.hpp"

#include "arch/aarch64/instruction_sets.hpp"
#include "arch/bare/console.hpp"

namespace knhk::bare {
namespace {

constexpr u64 MASK_INTERRUPTS = 1U << 7;
constexpr u64 FEATURE_ATOMICS_SHIFT = 20;
constexpr u64 FEATURE_SVE_SHIFT = 32;
constexpr u64 FIELD = 15;
/// Where firmware did not set the frequency of the counter: no machine's is higher.
constexpr u64 COUNTS_PER_SECOND_MAX = 1'000'000'000;

// DCZID_EL0: how large the block is that one instruction fills with zeros, in words as a power.
constexpr u64 ZERO_BLOCK_SIZE = 15;
constexpr u64 ZERO_BLOCK_PROHIBITED = 1U << 4;

bool is_multiple(u64 value, u64 of) {
    return value % of == 0;
}

} // namespace

/// Rounding to the nearest, no traps, whatever firmware left.
void start_cpu() {
    KNHK_WRITE_REGISTER("fpcr", 0);
    KNHK_WRITE_REGISTER("fpsr", 0);
    KNHK_WRITE_REGISTER("cntkctl_el1", 0);
    KNHK_WRITE_REGISTER("cntv_ctl_el0", 0);
}

void announce_processor() {
    const bool has_atomics =
        (KNHK_READ_REGISTER("id_aa64isar0_el1") >> FEATURE_ATOMICS_SHIFT & FIELD) != 0;
    const bool has_sve = (KNHK_READ_REGISTER("id_aa64pfr0_el1") >> FEATURE_SVE_SHIFT & FIELD) != 0;
    if (has_atomics || has_sve) {
        TextLine line;
        line.text("knhk: processor has").text(has_atomics ? " lse" : "");
        print(line.text(has_sve ? " sve" : ""));
    }
}

u64 instruction_sets() {
    return aarch64::instruction_sets_of_register(KNHK_READ_REGISTER("id_aa64isar0_el1"));
}

void pause() {
    asm volatile("yield" : : : "memory");
}

u64 read_cycles() {
    return KNHK_READ_REGISTER("cntvct_el0");
}

u64 cycles_per_second_max() {
    const u64 counts = KNHK_READ_REGISTER("cntfrq_el0") & 0xFFFF'FFFF;
    return counts == 0 ? COUNTS_PER_SECOND_MAX : counts;
}

void halt_forever() {
    for (;;) {
        asm volatile("msr daifset, #15; wfi" : : : "memory");
    }
}

u64 mask_interrupts() {
    const u64 before = KNHK_READ_REGISTER("daif");
    asm volatile("msr daifset, #2" : : : "memory");
    return before;
}

void restore_interrupts(u64 before) {
    if ((before & MASK_INTERRUPTS) == 0) {
        unmask_interrupts();
    }
}

void unmask_interrupts() {
    asm volatile("msr daifclr, #2" : : : "memory");
}

// An interrupt ends the `wfi` even while it is masked, so one that is already pending does at
// once. Behind the first `isb` it has been taken.
void sleep_until_interrupt() {
    asm volatile("dsb sy; wfi; msr daifclr, #2; isb; msr daifset, #2; isb" : : : "memory");
}

void zero_bytes(void* to, u64 size_bytes) {
    const u64 kind = KNHK_READ_REGISTER("dczid_el0");
    const u64 block_bytes = sizeof(u32) << (kind & ZERO_BLOCK_SIZE);
    u64 address = reinterpret_cast<u64>(to);
    const u64 end = address + size_bytes;
    const bool by_blocks = (kind & ZERO_BLOCK_PROHIBITED) == 0 &&
                           is_multiple(address, block_bytes) && is_multiple(end, block_bytes);
    while (by_blocks && address < end) {
        asm volatile("dc zva, %0" : : "r"(address) : "memory");
        address += block_bytes;
    }
    for (; address < end; address += sizeof(u64)) {
        asm volatile("str xzr, [%0]" : : "r"(address) : "memory");
    }
}

void copy_bytes(void* to, const void* from, u64 size_bytes) {
    std::memcpy(to, from, size_bytes);
}

} // namespace knhk::bare
