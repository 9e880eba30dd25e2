// SPDX-License-Identifier: MIT
// From the firmware to boot_main: the header by which boot loaders know a raw image, and the way
// from there to the image's virtual address, or to a refusal. Runs wherever it was loaded.
#include "arch/riscv64/layout.h"
#include "arch/riscv64/enter.inc"

#define TEXT_OFFSET 0x200000
#define HEADER_VERSION 2

#define BOOT_STACK_BYTES 32768
#define PAGE_BYTES 4096
#define LARGE_PAGE_BYTES 0x200000
#define LARGE_PAGE_SHIFT 21
#define GIBIBYTE_SHIFT 30
#define ENTRY_BYTES 8
#define ENTRY_ADDRESS_SHIFT 10
#define PAGE_RIGHTS                                                                                \
    (KNHK_PAGE_VALID | KNHK_PAGE_READ | KNHK_PAGE_WRITE | KNHK_PAGE_ACCESSED | KNHK_PAGE_DIRTY)

// The image begins with it, and its first two instructions are where firmware enters: boot loaders
// by the protocol of Linux, QEMU because it enters an ELF file at its lowest address.
.section .boot_header, "ax", @progbits
.option push
.option norvc
.option norelax
.balign 4096
.globl image_header
image_header:
1:  auipc t0, %pcrel_hi(entry)
    jalr zero, %pcrel_lo(1b)(t0)
    .quad TEXT_OFFSET
    .quad image_end - image_header
    .quad 0
    .long HEADER_VERSION
    .long 0
    .quad 0
    .ascii "RISCV\0\0\0"
    .ascii "RSC\5"
    .long 0
.option pop

.section .text.boot, "ax", @progbits

// a0: this hart's number, a1: the device tree.
entry:
    SILENCE
    mv s0, a0
    mv s1, a1
    LOAD_ADDRESS_OF_IMAGE s2
    li t0, LARGE_PAGE_BYTES - 1
    and t0, t0, s2
    bnez t0, refuse_address
    call clear_bss
    lla t0, boot_hart
    sd s0, 0(t0)
    lla t0, boot_device_tree
    sd s1, 0(t0)
    lla t0, boot_load_address
    sd s2, 0(t0)
    call fill_early_tables
    lla t0, early_root
    ENTER_PAGED entry_virtual, t0, s2
    lla a1, paging_text
    j refuse
refuse_address:
    lla a1, address_text

// Refusals that come before C++ can run: one line through the monitor, then the end. a1: the line.
refuse:
    lbu a0, 0(a1)
    beqz a0, 1f
    li a7, KNHK_SBI_LEGACY_PUTCHAR
    ecall
    addi a1, a1, 1
    j refuse
1:  li a7, KNHK_SBI_LEGACY_SHUTDOWN
    ecall
2:  wfi
    j 2b

// A raw image brings none, and nobody else clears it.
clear_bss:
    lla t0, image_bss_start
    lla t1, image_end
1:  sd zero, 0(t0)
    addi t0, t0, 8
    bltu t0, t1, 1b
    ret

// The image by large pages, writable and executable for as long as boot_main takes to make the
// final tables; physical memory by pages of 1 GiB, which every Sv39 has. s2: the load address.
fill_early_tables:
    lla t0, early_root
    lla t1, early_image
    srli t2, t1, KNHK_PAGE_SHIFT - ENTRY_ADDRESS_SHIFT
    ori t2, t2, KNHK_PAGE_VALID
    sd t2, (KNHK_IMAGE_BASE >> GIBIBYTE_SHIFT) * ENTRY_BYTES(t0)
    srli t2, s2, KNHK_PAGE_SHIFT - ENTRY_ADDRESS_SHIFT
    ori t2, t2, PAGE_RIGHTS | KNHK_PAGE_EXECUTE
    li t3, KNHK_IMAGE_SIZE_MAX >> LARGE_PAGE_SHIFT
    li t4, 1 << (LARGE_PAGE_SHIFT - KNHK_PAGE_SHIFT + ENTRY_ADDRESS_SHIFT)
    mv t5, t1
    mv t6, ra
    call fill_pages
    li t5, KNHK_DIRECT_MAP_ROOT_INDEX * ENTRY_BYTES
    add t5, t5, t0
    li t2, PAGE_RIGHTS
    li t3, KNHK_DIRECT_MAP_GIBIBYTES
    li t4, 1 << (GIBIBYTE_SHIFT - KNHK_PAGE_SHIFT + ENTRY_ADDRESS_SHIFT)
    mv ra, t6

// t5: first entry, t2: its value, t3: how many, t4: by how much each is more than the one before.
fill_pages:
    sd t2, 0(t5)
    add t2, t2, t4
    addi t5, t5, ENTRY_BYTES
    addi t3, t3, -1
    bnez t3, fill_pages
    ret

#if KNHK_IMAGE_BASE % (1 << GIBIBYTE_SHIFT) != 0
#error "the table of early_image begins with the image"
#endif

// A trap before start_vectors ends here: there is nobody yet who could report it.
.balign 4
early_trap:
    wfi
    j early_trap

// At the virtual address now.
.balign 4
entry_virtual:
    lla t0, early_trap
    csrw stvec, t0
    lla sp, boot_stack_top
    mv tp, zero // hart 0
    mv fp, zero
    mv ra, zero
    call boot_main
    unimp

// Leaves the boot stack for good: a0: hart, a1: top of its own stack.
.text
.globl enter_hart_stack
enter_hart_stack:
    mv sp, a1
    mv fp, zero
    mv ra, zero
    call run_hart
    unimp

.section .rodata, "a", @progbits
address_text:
    .asciz "knhk: error: loaded at an address that is no multiple of 2 MiB: use another loader\r\n"
paging_text:
    .asciz "knhk: error: the processor has no Sv39 paging: use another (-cpu rv64)\r\n"

.data
.balign 8
.globl boot_hart, boot_device_tree, boot_load_address
boot_hart:
    .quad 0
boot_device_tree:
    .quad 0
boot_load_address:
    .quad 0

.bss
.balign PAGE_BYTES
early_root:
    .skip PAGE_BYTES
early_image:
    .skip PAGE_BYTES
boot_stack:
    .skip BOOT_STACK_BYTES
boot_stack_top:

.section .note.GNU-stack, "", @progbits
