// SPDX-License-Identifier: MIT
// Numbers that assembly and C++ share on riscv64: addresses, bits, calls. Preprocessor only.
#ifndef KNHK_ARCH_RISCV64_LAYOUT_H
#define KNHK_ARCH_RISCV64_LAYOUT_H

#include "base/memory_map.def"
#include "linker/riscv64.h"

// As people write it.
#define KNHK_ARCHITECTURE "riscv64"

// The first 128 GiB of physical memory, in the upper half of what Sv39 translates. The final page
// tables do not show them.
#define KNHK_DIRECT_MAP_BASE 0xFFFFFFC000000000
#define KNHK_DIRECT_MAP_ROOT_INDEX 256
#define KNHK_DIRECT_MAP_GIBIBYTES 128

#define KNHK_PAGE_TABLE_LEVELS 3

// Devices, above the largest image and below the regions: the console's registers, and those of
// the device that ends the emulator.
#define KNHK_DEVICES_BASE 0x4F000000
#define KNHK_DEVICES_SIZE_MAX 0x4000
#define KNHK_CONSOLE_BASE 0x4F000000
#define KNHK_FINISHER_BASE 0x4F002000

// The register satp: three levels of tables.
#define KNHK_SATP_SV39 8
#define KNHK_SATP_MODE_SHIFT 60
#define KNHK_PAGE_SHIFT 12

// Bits of an entry in a page table.
#define KNHK_PAGE_VALID 0x01
#define KNHK_PAGE_READ 0x02
#define KNHK_PAGE_WRITE 0x04
#define KNHK_PAGE_EXECUTE 0x08
#define KNHK_PAGE_ACCESSED 0x40
#define KNHK_PAGE_DIRTY 0x80

// Bits of sstatus, sie and sip.
#define KNHK_STATUS_INTERRUPTS_ON 0x2
#define KNHK_STATUS_FLOATING_POINT 0x6000
#define KNHK_STATUS_VECTORS 0x600
#define KNHK_SOFTWARE_INTERRUPT 0x2
#define KNHK_TIMER_INTERRUPT 0x20

// What statuses are counted from as the emulator gives them on.
#define KNHK_EXIT_BASE 0x20

// What scause says beside the bit for interrupts.
#define KNHK_CAUSE_SOFTWARE_INTERRUPT 1
#define KNHK_CAUSE_TIMER_INTERRUPT 5

// Each hart's struct TrapSlot, which sscratch points to (vectors.cpp).
#define KNHK_TRAP_STACK 0
#define KNHK_TRAP_SAVED_SP 8
#define KNHK_TRAP_SLOT_BYTES 16

// struct TrapFrame (fault.cpp): x1 to x31, what the trap left, and floating point.
#define KNHK_FRAME_PC 248
#define KNHK_FRAME_STATUS 256
#define KNHK_FRAME_CAUSE 264
#define KNHK_FRAME_VALUE 272
#define KNHK_FRAME_FLOATS 288
#define KNHK_FRAME_FLOAT_CONTROL 544
#define KNHK_FRAME_BYTES 560

// The calls that come before C++ (SBI, legacy extensions).
#define KNHK_SBI_LEGACY_PUTCHAR 1
#define KNHK_SBI_LEGACY_SHUTDOWN 8

#endif
