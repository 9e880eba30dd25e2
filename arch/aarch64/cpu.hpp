// SPDX-License-Identifier: MIT
// The instructions that C++ has no words for, and the monitor that is called by one of them.
#pragma once

#include "arch/bare/machine.hpp"
#include "arch/bare/machine_tree.hpp"

// A system register, by the name that the assembler knows: a part of the instruction.
#define KNHK_READ_REGISTER(name)                                                                   \
    [] {                                                                                           \
        knhk::u64 value_of_register;                                                               \
        asm volatile("mrs %0, " name : "=r"(value_of_register) : : "memory");                      \
        return value_of_register;                                                                  \
    }()
#define KNHK_WRITE_REGISTER(name, value)                                                           \
    asm volatile("msr " name ", %x0" : : "rZ"(knhk::u64{value}) : "memory")

namespace knhk::bare {

/// What was written to system registers before holds for everything behind.
inline void synchronize_instructions() {
    asm volatile("isb" : : : "memory");
}

/// All accesses to memory and devices before are done.
inline void complete_accesses() {
    asm volatile("dsb sy" : : : "memory");
}

// Registers of devices. Written out, because a hypervisor that emulates the device cannot take
// every form of access that a compiler may choose.
inline u32 read_device(u64 address) {
    u32 value;
    asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
inline u64 read_device_64(u64 address) {
    u64 value;
    asm volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
inline void write_device(u64 address, u32 value) {
    asm volatile("str %w0, [%1]" : : "rZ"(value), "r"(address) : "memory");
}

/// The calling hart's own number, as device trees have it.
[[nodiscard]] inline u64 own_hart_id() {
    return KNHK_READ_REGISTER("mpidr_el1") & 0xFF'00FF'FFFF;
}

// harts.cpp: the firmware that starts harts and switches the machine off (PSCI).

/// Before any of its calls.
void find_monitor(const DeviceTree& tree);
/// Returns when it cannot be done.
void switch_machine_off();

// paging.cpp

/// From here on boot code reaches all RAM, not only what lies around the image.
void show_memory(const Firmware& firmware);
/// Shows the page with a device's register in the early tables, where the final ones have it too.
/// Returns the register's address.
[[nodiscard]] u64 show_console(u64 physical);

} // namespace knhk::bare
