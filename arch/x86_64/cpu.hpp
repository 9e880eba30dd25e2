// SPDX-License-Identifier: MIT
// The instructions that C++ has no words for, one inline function each.
#pragma once

#include "arch/bare/machine.hpp"
#include "arch/x86_64/instruction_sets.hpp"

namespace knhk::bare {

inline void write_port(u16 port, u8 value) {
    asm volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

inline u8 read_port(u16 port) {
    u8 value;
    asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

inline u32 read_port_32(u16 port) {
    u32 value;
    asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

inline u64 read_msr(u32 number) {
    u32 low;
    u32 high;
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (u64{high} << 32) | low;
}

inline void write_msr(u32 number, u64 value) {
    asm volatile("wrmsr"
                 :
                 : "c"(number), "a"(static_cast<u32>(value)), "d"(static_cast<u32>(value >> 32))
                 : "memory");
}

inline u64 read_cr0() {
    u64 value;
    asm volatile("movq %%cr0, %0" : "=r"(value));
    return value;
}

inline u64 read_cr2() {
    u64 value;
    asm volatile("movq %%cr2, %0" : "=r"(value));
    return value;
}

inline u64 read_cr3() {
    u64 value;
    asm volatile("movq %%cr3, %0" : "=r"(value));
    return value;
}

inline void write_cr3(u64 value) {
    asm volatile("movq %0, %%cr3" : : "r"(value) : "memory");
}

inline u64 read_cr4() {
    u64 value;
    asm volatile("movq %%cr4, %0" : "=r"(value));
    return value;
}

inline void write_cr4(u64 value) {
    asm volatile("movq %0, %%cr4" : : "r"(value) : "memory");
}

inline void write_xcr0(u64 value) {
    asm volatile("xsetbv"
                 :
                 : "c"(0), "a"(static_cast<u32>(value)), "d"(static_cast<u32>(value >> 32)));
}

/// Puts x87 and SSE into the state that compilers assume, whatever firmware left.
inline void reset_floating_point() {
    static constexpr u32 MXCSR_DEFAULT = 0x1F80;
    asm volatile("fninit; ldmxcsr %0" : : "m"(MXCSR_DEFAULT));
}

/// The operand of lgdt and lidt.
struct [[gnu::packed]] DescriptorTable {
    u16 limit;
    const void* base;
};
static_assert(sizeof(DescriptorTable) == 10);

inline void load_gdt(const DescriptorTable& table) {
    asm volatile("lgdt %0" : : "m"(table) : "memory");
}

inline void load_idt(const DescriptorTable& table) {
    asm volatile("lidt %0" : : "m"(table) : "memory");
}

inline void load_task(u16 selector) {
    asm volatile("ltr %0" : : "r"(selector) : "memory");
}

inline u16 read_task() {
    u16 selector;
    asm volatile("str %0" : "=r"(selector));
    return selector;
}

} // namespace knhk::bare
