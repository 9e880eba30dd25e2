// SPDX-License-Identifier: MIT
// What a hart switches on in itself before it runs other code, and waiting.
#include "arch/riscv64/cpu.hpp"

#include <algorithm>
#include <atomic>

#include "arch/bare/console.hpp"

namespace knhk::bare {
namespace {

/// In the base extension.
constexpr u64 FUNCTION_PROBE = 3;

/// The runtime's bounds are made for counters of so many hertz; this one is much slower on most
/// machines, and is shown multiplied.
constexpr u64 CYCLES_PER_SECOND_LEAST = 1'000'000'000;
/// No machine's counter is faster. Until the firmware's word on it has been read.
constexpr u64 TIMEBASE_MAX = u64{1} << 32;

constexpr std::size_t EXTENSIONS_SHOWN_MAX = 160;

/// In the device tree: boot code alone looks at it.
constinit std::string_view processor_extensions;
constinit u64 sets_of_all_harts = 0;

constinit std::atomic<u64> timebase_hertz{0};
constinit std::atomic<u32> cycle_shift{0};

} // namespace

bool monitor_has(MonitorExtension extension) {
    const MonitorResult answer =
        call_monitor(MonitorExtension::BASE, FUNCTION_PROBE, static_cast<u64>(extension));
    return answer.error == 0 && answer.value != 0;
}

// Relaxed: written once, by hart 0, before the others are started.
void set_timebase(u64 hertz) {
    if (hertz == 0 || hertz > TIMEBASE_MAX) {
        return;
    }
    u32 shift = 0;
    while (hertz << shift < CYCLES_PER_SECOND_LEAST) {
        ++shift;
    }
    timebase_hertz.store(hertz, std::memory_order_relaxed);
    cycle_shift.store(shift, std::memory_order_relaxed);
}

u64 timebase() {
    return timebase_hertz.load(std::memory_order_relaxed);
}

/// Floating point, for programs that use it, and vectors. A hart without vectors ignores the bits.
void start_cpu() {
    set_status(KNHK_STATUS_FLOATING_POINT | KNHK_STATUS_VECTORS);
}

void set_processor(std::string_view extensions, u64 instruction_sets) {
    sets_of_all_harts = instruction_sets;
    processor_extensions = {extensions.data(), std::min(extensions.size(), EXTENSIONS_SHOWN_MAX)};
}

u64 instruction_sets() {
    return sets_of_all_harts;
}

/// People look for it.
void announce_processor() {
    if (!processor_extensions.empty()) {
        print(TextLine{}.text("knhk: processor has ").text(processor_extensions));
    }
}

/// Of the extension Zihintpause; without it, it does nothing.
void pause() {
    asm volatile(".insn i 0x0F, 0, x0, x0, 0x010" : : : "memory");
}

/// The time, not the cycle counter: harts have one each of the latter, which stop while the hart
/// sleeps, and firmware may keep it for itself.
u64 read_cycles() {
    return read_time() << cycle_shift.load(std::memory_order_relaxed);
}

u64 cycles_per_second_max() {
    const u64 hertz = timebase();
    return hertz == 0 ? TIMEBASE_MAX : hertz << cycle_shift.load(std::memory_order_relaxed);
}

void halt_forever() {
    for (;;) {
        asm volatile("csrw sie, zero; wfi" : : : "memory");
    }
}

u64 mask_interrupts() {
    u64 before;
    asm volatile("csrrci %0, sstatus, %1"
                 : "=r"(before)
                 : "i"(KNHK_STATUS_INTERRUPTS_ON)
                 : "memory");
    return before;
}

void restore_interrupts(u64 before) {
    set_status(before & KNHK_STATUS_INTERRUPTS_ON);
}

void unmask_interrupts() {
    set_status(KNHK_STATUS_INTERRUPTS_ON);
}

/// One that is pending ends the wfi, masked or not; it is taken between the two that follow.
void sleep_until_interrupt() {
    asm volatile("wfi; csrsi sstatus, %0; csrci sstatus, %0"
                 :
                 : "i"(KNHK_STATUS_INTERRUPTS_ON)
                 : "memory");
}

void zero_bytes(void* to, u64 size_bytes) {
    auto* words = static_cast<volatile u64*>(to);
    for (u64 i = 0; i < size_bytes / sizeof(u64); ++i) {
        words[i] = 0;
    }
}

void copy_bytes(void* to, const void* from, u64 size_bytes) {
    auto* words = static_cast<volatile u64*>(to);
    const auto* source = static_cast<const u64*>(from);
    for (u64 i = 0; i < size_bytes / sizeof(u64); ++i) {
        words[i] = source[i];
    }
}

} // namespace knhk::bare
