// SPDX-License-Identifier: MIT
// Segments, task states and the interrupt table. The task register also says which hart this is.
#include <cstddef>

#include "arch/x86_64/cpu.hpp"

extern "C" {
extern const std::byte exception_stubs[];
void wake_interrupt();
void watch_interrupt();
void spurious_interrupt();
}

namespace knhk::bare {
namespace {

struct [[gnu::packed]] TaskState {
    u32 reserved_0;
    u64 privilege_stack[3];
    u64 reserved_1;
    u64 interrupt_stack[7];
    u64 reserved_2;
    u16 reserved_3;
    u16 io_map_offset;
};
static_assert(sizeof(TaskState) == 104 && offsetof(TaskState, interrupt_stack) == 36);

struct Gate {
    u16 offset_low;
    u16 selector;
    u8 stack;
    u8 kind;
    u16 offset_middle;
    u32 offset_high;
    u32 reserved;
};
static_assert(sizeof(Gate) == 16);

constexpr u32 VECTORS = 256;
// Index of interrupt_stack, counted from 1. Everything that comes uses it, so that an overflow of
// the hart's own stack is reported, and an interrupt never takes what a handler has left of its
// stack. One is enough: interrupts come one at a time, and what faults does not return.
constexpr u8 FAULT_STACK = 1;
constexpr u8 GATE_INTERRUPT = 0x8E;
constexpr u64 CODE_SEGMENT = 0x00AF9B000000FFFF; // 64-bit, present, accessed
constexpr u64 DATA_SEGMENT = 0x00CF93000000FFFF;
constexpr u64 TSS_PRESENT_AVAILABLE = u64{0x89} << 40;
constexpr std::size_t FIRST_TSS_ENTRY = KNHK_TSS_SELECTOR / sizeof(u64);
constexpr std::size_t GDT_ENTRIES = FIRST_TSS_ENTRY + 2 * CORES_MAX;

static_assert(KNHK_TSS_SELECTOR + CORES_MAX * KNHK_TSS_DESCRIPTOR_BYTES <= 0x10000,
              "every hart's selector is reachable");

constinit u64 gdt[GDT_ENTRIES] = {0, CODE_SEGMENT, DATA_SEGMENT};
constinit TaskState task_states[CORES_MAX] = {};
constinit Gate interrupt_table[VECTORS] = {};

Gate make_gate(u64 target) {
    return Gate{
        .offset_low = static_cast<u16>(target),
        .selector = KNHK_CODE_SELECTOR,
        .stack = FAULT_STACK,
        .kind = GATE_INTERRUPT,
        .offset_middle = static_cast<u16>(target >> 16),
        .offset_high = static_cast<u32>(target >> 32),
        .reserved = 0,
    };
}

u16 task_selector(u32 hart) {
    return static_cast<u16>(KNHK_TSS_SELECTOR + hart * KNHK_TSS_DESCRIPTOR_BYTES);
}

void describe_task_state(u32 hart) {
    const u64 base = reinterpret_cast<u64>(&task_states[hart]);
    u64* descriptor = &gdt[FIRST_TSS_ENTRY + 2 * std::size_t{hart}];
    descriptor[0] = (sizeof(TaskState) - 1) | ((base & 0xFFFFFF) << 16) | TSS_PRESENT_AVAILABLE |
                    ((base >> 24 & 0xFF) << 56);
    descriptor[1] = base >> 32;
}

void make_interrupt_table() {
    // A stray interrupt of a device that firmware left on must not look like a fault: it is
    // acknowledged like a wake, which is allowed to come for nothing.
    for (Gate& gate : interrupt_table) {
        gate = make_gate(reinterpret_cast<u64>(&wake_interrupt));
    }
    interrupt_table[KNHK_WATCH_VECTOR] = make_gate(reinterpret_cast<u64>(&watch_interrupt));
    interrupt_table[KNHK_SPURIOUS_VECTOR] = make_gate(reinterpret_cast<u64>(&spurious_interrupt));
    for (u32 vector = 0; vector < KNHK_EXCEPTION_VECTORS; ++vector) {
        const std::byte* stub = exception_stubs + vector * KNHK_EXCEPTION_STUB_BYTES;
        interrupt_table[vector] = make_gate(reinterpret_cast<u64>(stub));
    }
}

} // namespace

void start_vectors(u32 hart, u64 fault_stack_top) {
    if (hart == 0) {
        make_interrupt_table(); // the others load it as well
    }
    set_fault_stack(hart, fault_stack_top);
    task_states[hart].io_map_offset = sizeof(TaskState); // no map
    describe_task_state(hart);
    // Code and data keep the selectors of the early table, so they need no reloading.
    load_gdt({sizeof gdt - 1, gdt});
    load_idt({sizeof interrupt_table - 1, interrupt_table});
    load_task(task_selector(hart));
}

void set_fault_stack(u32 hart, u64 fault_stack_top) {
    task_states[hart].interrupt_stack[FAULT_STACK - 1] = fault_stack_top;
}

u32 current_hart() {
    const u16 selector = read_task();
    return selector == 0 ? 0U : (selector - u32{KNHK_TSS_SELECTOR}) / KNHK_TSS_DESCRIPTOR_BYTES;
}

} // namespace knhk::bare
