// SPDX-License-Identifier: MIT
// What goes wrong by an instruction, in each machine's own words.
#pragma once

#if defined(__x86_64__)
#define FAULTY_UNDEFINED "ud2"
// With no interrupt table left, the exception that follows cannot be delivered.
#define FAULTY_WITHOUT_VECTORS(empty_table) asm volatile("lidt %0\n\tud2" : : "m"(empty_table))
#elif defined(__aarch64__)
#define FAULTY_UNDEFINED "udf #0"
// Nothing is mapped where the exception that follows is delivered, again and again.
#define FAULTY_WITHOUT_VECTORS(empty_table)                                                        \
    asm volatile("msr vbar_el1, %0\n\tisb\n\tudf #0" : : "r"(u64{empty_table[0]}))
#elif defined(__riscv)
#define FAULTY_UNDEFINED "unimp"
// As above.
#define FAULTY_WITHOUT_VECTORS(empty_table)                                                        \
    asm volatile("csrw stvec, %0\n\tunimp" : : "r"(u64{empty_table[0]}))
#endif
