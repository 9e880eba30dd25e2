// SPDX-License-Identifier: MIT
// Numbers that assembly and C++ share on x86_64: addresses, selectors, vectors. Preprocessor only.
#ifndef KNHK_ARCH_X86_64_LAYOUT_H
#define KNHK_ARCH_X86_64_LAYOUT_H

#include "base/memory_map.def"
#include "linker/x86_64.h"

// As people write it.
#define KNHK_ARCHITECTURE "x86_64"

// Where a byte of the image lies before paging is on.
#define KNHK_PHYSICAL(symbol) ((symbol) - KNHK_IMAGE_BASE + KNHK_LOAD_ADDRESS)

// The early page tables show the low 4 GiB of physical memory here; the final ones do not.
#define KNHK_DIRECT_MAP_BASE 0xFFFF800000000000
#define KNHK_DIRECT_MAP_PML4_INDEX 256
#define KNHK_DIRECT_MAP_GIBIBYTES 4

#define KNHK_PAGE_TABLE_LEVELS 4

// Devices, above the largest image and below the regions: the local APIC's registers.
#define KNHK_DEVICES_BASE 0x4F000000
#define KNHK_DEVICES_SIZE_MAX 0x1000
#define KNHK_LOCAL_APIC_BASE 0x4F000000
#define KNHK_LOCAL_APIC_EOI 0xB0

// A page of conventional memory: a started hart begins in 16-bit mode at a page below 1 MiB.
#define KNHK_TRAMPOLINE_BASE 0x8000

// Selectors. Each hart's task state segment has its own, so `str` names the hart.
#define KNHK_CODE_SELECTOR 0x08
#define KNHK_DATA_SELECTOR 0x10
#define KNHK_TSS_SELECTOR 0x20
#define KNHK_TSS_DESCRIPTOR_BYTES 16

// Vectors.
#define KNHK_EXCEPTION_VECTORS 32
#define KNHK_EXCEPTION_STUB_BYTES 16
#define KNHK_WAKE_VECTOR 0x40
#define KNHK_WATCH_VECTOR 0x41
#define KNHK_SPURIOUS_VECTOR 0xFF

// What firmware passed: which protocol, for boot_main.
#define KNHK_PROTOCOL_PVH 1
#define KNHK_PROTOCOL_MULTIBOOT2 2

// ExitStatus::Environment as isa-debug-exit takes it, for refusals that come before C++.
#define KNHK_DEBUG_EXIT_PORT 0xF4
#define KNHK_DEBUG_EXIT_BASE 0x20
#define KNHK_STATUS_ENVIRONMENT 3

#define KNHK_CONSOLE_PORT 0x3F8

#endif
