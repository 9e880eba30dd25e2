// SPDX-License-Identifier: MIT
// Numbers that assembly and C++ share on aarch64: addresses, exceptions. Preprocessor only.
#ifndef KNHK_ARCH_AARCH64_LAYOUT_H
#define KNHK_ARCH_AARCH64_LAYOUT_H

#include "base/memory_map.def"
#include "linker/aarch64.h"

// As people write it.
#define KNHK_ARCHITECTURE "aarch64"

// Addresses have 39 bits, so there are three levels. The upper half of them, which has a table of
// its own (TTBR1), shows physical memory until the final tables are loaded.
#define KNHK_PAGE_TABLE_LEVELS 3
#define KNHK_DIRECT_MAP_BASE 0xFFFFFF8000000000
#define KNHK_DIRECT_MAP_GIBIBYTES 512

// Devices, above the largest image and below the regions: the console, the interrupt controller.
#define KNHK_DEVICES_BASE 0x4C000000
#define KNHK_DEVICES_SIZE_MAX 0x2200000
#define KNHK_CONSOLE_BASE 0x4C000000
#define KNHK_GIC_DISTRIBUTOR_BASE 0x4C010000
#define KNHK_GIC_CPU_INTERFACE_BASE 0x4C020000
#define KNHK_GIC_REDISTRIBUTORS_BASE 0x4C200000
#define KNHK_GIC_REDISTRIBUTORS_SIZE_MAX 0x2000000

// Indices of MAIR_EL1: kinds of memory.
#define KNHK_MEMORY_DEVICE 0
#define KNHK_MEMORY_NORMAL 1

// Exceptions: four kinds from each of four states.
#define KNHK_EXCEPTION_VECTORS 16
#define KNHK_EXCEPTION_FRAME_BYTES 304

// ExitStatus::Environment and what all statuses are counted from, as the emulator gives them on.
#define KNHK_EXIT_BASE 0x20

#endif
