// SPDX-License-Identifier: MIT
#include "arch/x86_64/interrupts.hpp"

#include <atomic>

#include "arch/bare/exit.hpp"
#include "arch/x86_64/cpu.hpp"

namespace knhk::bare {
namespace {

enum class Register : u32 {
    TASK_PRIORITY = 0x80,
    END_OF_INTERRUPT = KNHK_LOCAL_APIC_EOI,
    SPURIOUS = 0xF0,
    COMMAND_LOW = 0x300,
    COMMAND_HIGH = 0x310,
    LOCAL_TIMER = 0x320,
    LOCAL_PERFORMANCE = 0x340,
    LOCAL_INT0 = 0x350,
    LOCAL_INT1 = 0x360,
    LOCAL_ERROR = 0x370,
    TIMER_INITIAL = 0x380,
    TIMER_CURRENT = 0x390,
    TIMER_DIVIDER = 0x3E0,
};

constexpr u32 SPURIOUS_ENABLE = 1U << 8;
constexpr u32 LOCAL_MASKED = 1U << 16;
constexpr u32 TIMER_PERIODIC = 1U << 17;
constexpr u32 TIMER_DIVIDE_BY_16 = 3;
constexpr u32 COMMAND_PENDING = 1U << 12;
constexpr u32 COMMAND_NMI = 4U << 8;
constexpr u32 COMMAND_INIT = 5U << 8;
constexpr u32 COMMAND_STARTUP = 6U << 8;
constexpr u32 COMMAND_ASSERT = 1U << 14;
constexpr u32 COMMAND_ALL_BUT_SELF = 3U << 18;
constexpr u32 DESTINATION_SHIFT = 24;

constexpr u32 MSR_APIC_BASE = 0x1B;
constexpr u64 APIC_BASE_X2APIC = 1U << 10;
constexpr u64 APIC_BASE_ENABLE = 1U << 11;
constexpr u64 APIC_BASE_ADDRESS = 0x000FFFFFFFFFF000;

constexpr u32 PENDING_POLLS_MAX = 100000;

constexpr u16 PIC_FIRST_MASK = 0x21;
constexpr u16 PIC_SECOND_MASK = 0xA1;
constexpr u8 PIC_ALL_MASKED = 0xFF;

/// A write to this port does nothing and takes about a microsecond on hardware.
constexpr u16 DELAY_PORT = 0x80;
constexpr u32 RESET_DELAY_WRITES = 10000; // the 10 ms that processors may need after INIT

static_assert(KNHK_TRAMPOLINE_BASE % 0x1000 == 0 && KNHK_TRAMPOLINE_BASE < 0x100000,
              "the start-up command holds a page number below 1 MiB");

/// Set when registers can be reached; exit_machine may come before.
constinit std::atomic<bool> mapped{false};

volatile u32* at(Register name) {
    return reinterpret_cast<volatile u32*>(u64{KNHK_LOCAL_APIC_BASE} + static_cast<u32>(name));
}

/// Writing the low half sends; before that the last command must have left. A stuck bus is seen
/// later, as a hart that does not come.
void send(u64 apic_id, u32 command) {
    for (u32 i = 0; i < PENDING_POLLS_MAX; ++i) {
        if ((*at(Register::COMMAND_LOW) & COMMAND_PENDING) == 0) {
            break;
        }
        pause();
    }
    *at(Register::COMMAND_HIGH) = static_cast<u32>(apic_id) << DESTINATION_SHIFT;
    *at(Register::COMMAND_LOW) = command;
}

} // namespace

u32 local_apic_id() {
    return x86_64::cpuid(1).ebx >> 24;
}

u64 local_apic_physical() {
    return read_msr(MSR_APIC_BASE) & APIC_BASE_ADDRESS;
}

void find_interrupts(const Firmware&) {
    if ((read_msr(MSR_APIC_BASE) & APIC_BASE_X2APIC) != 0) {
        refuse(ExitStatus::Environment,
               "the firmware left the interrupt controller in x2APIC mode: switch x2APIC off in "
               "its settings");
    }
}

void start_interrupts() {
    write_msr(MSR_APIC_BASE, read_msr(MSR_APIC_BASE) | APIC_BASE_ENABLE);
    // The old controllers would interrupt through INT0, on vectors of exceptions.
    write_port(PIC_FIRST_MASK, PIC_ALL_MASKED);
    write_port(PIC_SECOND_MASK, PIC_ALL_MASKED);
    for (const Register source :
         {Register::LOCAL_TIMER, Register::LOCAL_PERFORMANCE, Register::LOCAL_INT0,
          Register::LOCAL_INT1, Register::LOCAL_ERROR}) {
        *at(source) = LOCAL_MASKED;
    }
    *at(Register::TASK_PRIORITY) = 0;
    *at(Register::SPURIOUS) = SPURIOUS_ENABLE | KNHK_SPURIOUS_VECTOR;
    mapped.store(true, std::memory_order_relaxed); // each hart asks only for itself
}

void reset_other_harts() {
    send(0, COMMAND_INIT | COMMAND_ASSERT | COMMAND_ALL_BUT_SELF);
    for (u32 i = 0; i < RESET_DELAY_WRITES; ++i) {
        write_port(DELAY_PORT, 0);
    }
}

void send_start(u64 hart_id) {
    send(hart_id, COMMAND_STARTUP | COMMAND_ASSERT | (KNHK_TRAMPOLINE_BASE >> 12));
}

void send_wake(u64 hart_id) {
    send(hart_id, COMMAND_ASSERT | KNHK_WAKE_VECTOR);
}

void stop_other_harts() {
    if (mapped.load(std::memory_order_relaxed)) {
        send(0, COMMAND_NMI | COMMAND_ASSERT | COMMAND_ALL_BUT_SELF);
    }
}

void start_timer(u32 count, bool interrupts) {
    *at(Register::TIMER_DIVIDER) = TIMER_DIVIDE_BY_16;
    *at(Register::LOCAL_TIMER) =
        interrupts ? TIMER_PERIODIC | KNHK_WATCH_VECTOR : TIMER_PERIODIC | LOCAL_MASKED;
    *at(Register::TIMER_INITIAL) = count;
}

void stop_timer() {
    *at(Register::LOCAL_TIMER) = LOCAL_MASKED;
    *at(Register::TIMER_INITIAL) = 0;
}

u32 timer_count() {
    return *at(Register::TIMER_CURRENT);
}

void end_interrupt() {
    *at(Register::END_OF_INTERRUPT) = 0;
}

} // namespace knhk::bare
