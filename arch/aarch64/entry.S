// SPDX-License-Identifier: MIT
// From the firmware to boot_main: the header by which loaders of Linux know the raw image, and the
// way from there to the image's virtual addresses.
#include "arch/aarch64/layout.h"
#include "arch/aarch64/enter.inc"

#define BOOT_STACK_BYTES 65536
#define PAGE_BYTES 4096
#define LARGE_PAGE_BYTES 0x200000
#define ENTRY_BYTES 8

// Anywhere in memory, on a boundary of 2 MiB; pages of 4 KiB; little-endian.
#define HEADER_FLAGS 0xA

// A valid table; a valid block that was accessed, inner shareable, normal, not for EL0.
#define ENTRY_TABLE 3
#define ENTRY_NORMAL_BLOCK (1 | 1 << 10 | 3 << 8 | KNHK_MEMORY_NORMAL << 2)

.section .boot_header, "a", @progbits
image_header:
    b raw_entry
    .long 0
    .quad 0 // from the boundary
    .quad image_end - image_header
    .quad HEADER_FLAGS
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

.section .text.boot, "ax", @progbits

// e_entry. On Linux at the address that it is linked for; a loader of bare machines has put it
// elsewhere, and has the device tree at the beginning of RAM.
.globl image_entry
image_entry:
    adr x9, image_entry
    ldr x10, =image_entry
    cmp x9, x10
    b.ne 1f
    b knhk_enter
1:  mov x0, xzr

// X0: the device tree.
raw_entry:
    mov x19, x0
    adrp x20, image_header
    DROP_TO_EL1
    tst x20, #(LARGE_PAGE_BYTES - 1)
    b.ne stop
    cbnz x19, 1f
    sub x19, x20, #LARGE_PAGE_BYTES
1:  bl flush_early_tables // what caches hold of them must not come over them later
    bl fill_early_tables
    bl flush_early_tables // nor may it hide them
    adrp x21, early_low
    TURN_PAGING_ON
    SET_LOWER_HALF x21
    ldr x9, =virtual_entry
    br x9

// There is no console yet, and a loader that ignores the header is to blame.
stop:
    wfi
    b stop

// X20: where the image begins, X19: the device tree.
fill_early_tables:
    ldr x9, =ENTRY_NORMAL_BLOCK
    adrp x10, early_direct
    // The tree may reach into a second gigabyte.
    add x11, x19, #LARGE_PAGE_BYTES
.irp address, x11, x19, x20
    ubfx x12, \address, #30, #9
    orr x13, x9, x12, lsl #30
    str x13, [x10, x12, lsl #3]
.endr
    adrp x10, early_identity
    str x13, [x10, x12, lsl #3]
    adrp x10, early_low
    adrp x11, early_image
    orr x12, x11, #ENTRY_TABLE
    str x12, [x10, #((KNHK_IMAGE_BASE >> 30) * ENTRY_BYTES)]
    adrp x12, early_devices
    orr x12, x12, #ENTRY_TABLE
    str x12, [x11, #((KNHK_DEVICES_BASE >> 21 & 511) * ENTRY_BYTES)]
    orr x12, x20, x9
    mov x13, #(KNHK_IMAGE_SIZE_MAX / LARGE_PAGE_BYTES)
1:  str x12, [x11], #ENTRY_BYTES
    add x12, x12, #LARGE_PAGE_BYTES
    subs x13, x13, #1
    b.ne 1b
    ret

#if KNHK_IMAGE_BASE != 0x40000000
#error "early_image shows the image from its first entry on"
#endif

// They are written and read past the caches until paging is on.
flush_early_tables:
    adrp x9, early_tables
    adrp x10, early_tables_end
    mrs x11, ctr_el0
    ubfx x11, x11, #16, #4
    mov x12, #4
    lsl x12, x12, x11
    dsb sy
1:  dc civac, x9
    add x9, x9, x12
    cmp x9, x10
    b.lo 1b
    dsb sy
    ret

virtual_entry:
    adrp x9, image_bss_start
    adrp x10, image_end
1:  stp xzr, xzr, [x9], #16
    cmp x9, x10
    b.lo 1b
    adrp x9, boot_description
    str x19, [x9, #:lo12:boot_description]
    adrp x9, image_physical_base
    str x20, [x9, #:lo12:image_physical_base]
    msr tpidr_el1, xzr
    // Exceptions come on the stack of EL1, everything else runs on that of EL0.
    msr spsel, #0
    ldr x9, =boot_stack_top
    mov sp, x9
    mov x29, xzr
    mov x30, xzr
    bl boot_main
    brk #0

// Leaves the boot stack for good: W0: hart, X1: top of its own stack.
.text
.globl enter_hart_stack
enter_hart_stack:
    mov sp, x1
    mov x29, xzr
    mov x30, xzr
    bl run_hart
    brk #0

.data
.balign 8
.globl boot_description, image_physical_base
boot_description:
    .quad 0
image_physical_base:
    .quad 0

// Not in .bss, which is filled with zeros when they are in use.
.balign PAGE_BYTES
.globl early_identity, early_direct, early_devices
early_tables:
early_identity:
    .skip PAGE_BYTES
early_direct:
    .skip PAGE_BYTES
early_low:
    .skip PAGE_BYTES
early_image:
    .skip PAGE_BYTES
early_devices:
    .skip PAGE_BYTES
early_tables_end:

.bss
.balign 16
boot_stack:
    .skip BOOT_STACK_BYTES
boot_stack_top:

.section .note.GNU-stack, "", @progbits
