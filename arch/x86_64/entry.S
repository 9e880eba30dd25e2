// SPDX-License-Identifier: MIT
// From the firmware to boot_main: the headers by which PVH and Multiboot2 loaders find their 32-bit
// entries, and the way from there to 64-bit mode at the image's virtual address.
#include "arch/x86_64/layout.h"
#include "arch/x86_64/long_mode.inc"

#define MULTIBOOT2_HEADER_MAGIC 0xE85250D6
#define MULTIBOOT2_ENTRY_MAGIC 0x36D76289
#define MULTIBOOT2_TAG_END 0
#define MULTIBOOT2_TAG_ENTRY_ADDRESS 3
#define MULTIBOOT2_TAG_MODULE_ALIGN 6
#define XEN_ELFNOTE_PHYS32_ENTRY 18

#define BOOT_STACK_BYTES 32768
#define PAGE_BYTES 4096
#define LARGE_PAGE_BYTES 0x200000
#define TABLE_ENTRIES 512
#define ENTRY_BYTES 8
#define PAGE_PRESENT 0x01
#define PAGE_WRITABLE 0x02
#define PAGE_LARGE 0x80
#define PAGE_NO_EXECUTE_HIGH 0x80000000

// Without an address tag GRUB takes the physical addresses of the ELF header, which are right.
.section .boot_header, "a", @progbits
.balign 8
multiboot2_header:
    .long MULTIBOOT2_HEADER_MAGIC
    .long 0
    .long multiboot2_header_end - multiboot2_header
    .long -(MULTIBOOT2_HEADER_MAGIC + (multiboot2_header_end - multiboot2_header))
    .balign 8
    .short MULTIBOOT2_TAG_ENTRY_ADDRESS, 0
    .long 12
    .long KNHK_PHYSICAL(multiboot2_entry)
    .balign 8
    .short MULTIBOOT2_TAG_MODULE_ALIGN, 0
    .long 8
    .balign 8
    .short MULTIBOOT2_TAG_END, 0
    .long 8
multiboot2_header_end:

.section .note.boot, "a", @note
.balign 4
    .long 4
    .long 4
    .long XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long KNHK_PHYSICAL(pvh_entry)

.section .text.boot, "ax", @progbits
.code32

// EBX: start_info.
pvh_entry:
    movl $KNHK_PROTOCOL_PVH, KNHK_PHYSICAL(boot_protocol)
    jmp entry_32

// EAX: magic, EBX: boot information.
multiboot2_entry:
    cmpl $MULTIBOOT2_ENTRY_MAGIC, %eax
    jne refuse_protocol
    movl $KNHK_PROTOCOL_MULTIBOOT2, KNHK_PHYSICAL(boot_protocol)

// Position-dependent on the load address until the jump to entry_64 has reached the virtual one.
entry_32:
    cli
    cld
    movl %ebx, KNHK_PHYSICAL(boot_description)
    movl $KNHK_PHYSICAL(boot_stack_top), %esp
    call check_processor
    call fill_early_tables
    lgdt KNHK_PHYSICAL(early_gdt_pointer)
    ENTER_PAGED_LONG_MODE
    ljmp $KNHK_CODE_SELECTOR, $KNHK_PHYSICAL(entry_64_identity)

#define CPUID_EXTENDED_MAX 0x80000000
#define CPUID_EXTENDED_FEATURES 0x80000001
#define CPUID_NO_EXECUTE (1 << 20)
#define CPUID_LONG_MODE (1 << 29)

check_processor:
    movl $CPUID_EXTENDED_MAX, %eax
    cpuid
    cmpl $CPUID_EXTENDED_FEATURES, %eax
    jb refuse_long_mode
    movl $CPUID_EXTENDED_FEATURES, %eax
    cpuid
    testl $CPUID_LONG_MODE, %edx
    jz refuse_long_mode
    testl $CPUID_NO_EXECUTE, %edx
    jz refuse_no_execute
    ret

// Only 2 MiB pages: not every processor has larger ones. The image is writable and executable here
// for as long as boot_main takes to make the final tables.
fill_early_tables:
    movl $KNHK_PHYSICAL(early_identity), %edi
    movl $(PAGE_PRESENT | PAGE_LARGE), %eax
    xorl %edx, %edx
    movl $TABLE_ENTRIES, %ecx
    call fill_large_pages
    movl $KNHK_PHYSICAL(early_image), %edi
    movl $(KNHK_LOAD_ADDRESS + PAGE_PRESENT + PAGE_WRITABLE + PAGE_LARGE), %eax
    movl $(KNHK_IMAGE_SIZE_MAX / LARGE_PAGE_BYTES), %ecx
    call fill_large_pages
    movl $KNHK_PHYSICAL(early_direct), %edi
    movl $(PAGE_PRESENT | PAGE_WRITABLE | PAGE_LARGE), %eax
    movl $PAGE_NO_EXECUTE_HIGH, %edx
    movl $(KNHK_DIRECT_MAP_TABLES * TABLE_ENTRIES), %ecx
    call fill_large_pages

#define TABLE_AT(table) (KNHK_PHYSICAL(table) + PAGE_PRESENT + PAGE_WRITABLE)
    movl $TABLE_AT(early_low), KNHK_PHYSICAL(early_pml4)
    movl $TABLE_AT(early_high), \
        KNHK_PHYSICAL(early_pml4) + KNHK_DIRECT_MAP_PML4_INDEX * ENTRY_BYTES
    movl $TABLE_AT(early_identity), KNHK_PHYSICAL(early_low)
    movl $TABLE_AT(early_image), KNHK_PHYSICAL(early_low) + ENTRY_BYTES
    movl $TABLE_AT(early_direct), KNHK_PHYSICAL(early_high)
    movl $TABLE_AT(early_direct + PAGE_BYTES), KNHK_PHYSICAL(early_high) + ENTRY_BYTES
    movl $TABLE_AT(early_direct + 2 * PAGE_BYTES), KNHK_PHYSICAL(early_high) + 2 * ENTRY_BYTES
    movl $TABLE_AT(early_direct + 3 * PAGE_BYTES), KNHK_PHYSICAL(early_high) + 3 * ENTRY_BYTES
    ret

#if KNHK_IMAGE_BASE != 0x40000000
#error "the second entry of early_low is the gigabyte that holds the image"
#endif

// EDI: first entry, EDX:EAX: its value, ECX: how many; each is 2 MiB above the one before.
fill_large_pages:
    movl %eax, (%edi)
    movl %edx, 4(%edi)
    addl $LARGE_PAGE_BYTES, %eax
    addl $ENTRY_BYTES, %edi
    loop fill_large_pages
    ret

.code64
entry_64_identity:
    movabsq $entry_64, %rax
    jmp *%rax

entry_64:
    LOAD_DATA_SEGMENTS
    movq $boot_stack_top, %rsp
    pushq $2
    popfq
    xorl %ebp, %ebp
    call boot_main
    ud2

// Leaves the boot stack for good: EDI: hart, RSI: top of its own stack.
.text
.globl enter_hart_stack
enter_hart_stack:
    movq %rsi, %rsp
    xorl %ebp, %ebp
    call run_hart
    ud2

// The accessed bits are set already, because the processor cannot set them in read-only memory.
.section .rodata, "a", @progbits
.balign 8
.globl early_gdt
early_gdt:
    .quad 0
    .quad 0x00AF9B000000FFFF
    .quad 0x00CF93000000FFFF
early_gdt_end:
early_gdt_pointer:
    .short early_gdt_end - early_gdt - 1
    .long KNHK_PHYSICAL(early_gdt)

.data
.balign 8
.globl boot_protocol, boot_description
boot_protocol:
    .long 0
boot_description:
    .long 0

.bss
.balign PAGE_BYTES
.globl early_pml4
early_pml4:
    .skip PAGE_BYTES
early_low:
    .skip PAGE_BYTES
early_high:
    .skip PAGE_BYTES
early_identity:
    .skip PAGE_BYTES
early_image:
    .skip PAGE_BYTES
early_direct:
    .skip KNHK_DIRECT_MAP_TABLES * PAGE_BYTES
boot_stack:
    .skip BOOT_STACK_BYTES
boot_stack_top:

.section .note.GNU-stack, "", @progbits
