// SPDX-License-Identifier: MIT
// From the firmware to boot_main: the headers by which PVH and Multiboot2 loaders find their 32-bit
// entries, and the way from there to 64-bit mode at the image's virtual address, or to a refusal.
#include "arch/x86_64/layout.h"
#include "arch/x86_64/enter.inc"

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
    movl $(KNHK_DIRECT_MAP_GIBIBYTES * TABLE_ENTRIES), %ecx
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

// Refusals that come before C++ can run: one line on the serial port, then the end.
#define UART_LINE_STATUS (KNHK_CONSOLE_PORT + 5)
#define UART_TRANSMIT_EMPTY 0x20
// Reads of a port take about a microsecond: a lost serial port delays the end, it does not stop it.
#define UART_POLLS_MAX 100000

refuse_protocol:
    movl $KNHK_PHYSICAL(protocol_text), %esi
    jmp refuse
refuse_long_mode:
    movl $KNHK_PHYSICAL(long_mode_text), %esi
    jmp refuse
refuse_no_execute:
    movl $KNHK_PHYSICAL(no_execute_text), %esi

// ESI: the line.
refuse:
    movl $uart_settings_count, %ecx
    movl $KNHK_PHYSICAL(uart_settings), %ebx
1:  movzbl (%ebx), %edx
    addl $KNHK_CONSOLE_PORT, %edx
    movb 1(%ebx), %al
    outb %al, %dx
    addl $2, %ebx
    loop 1b
2:  movl $UART_POLLS_MAX, %ecx
    movl $UART_LINE_STATUS, %edx
3:  inb %dx, %al
    testb $UART_TRANSMIT_EMPTY, %al
    loopz 3b
    lodsb
    testb %al, %al
    jz 4f
    movl $KNHK_CONSOLE_PORT, %edx
    outb %al, %dx
    jmp 2b
4:  movb $(KNHK_DEBUG_EXIT_BASE + KNHK_STATUS_ENVIRONMENT), %al
    outb %al, $KNHK_DEBUG_EXIT_PORT
5:  cli
    hlt
    jmp 5b

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

protocol_text:
    .asciz "knhk: error: entered by an unknown protocol: boot by PVH or Multiboot2\r\n"
long_mode_text:
    .asciz "knhk: error: the processor has no 64-bit mode: use another (-cpu qemu64)\r\n"
no_execute_text:
    .asciz "knhk: error: the processor has no no-execute pages: turn NX on (-cpu qemu64)\r\n"

// Pairs of register and value: 115200 baud, 8 bits, no parity, no interrupts.
uart_settings:
    .byte 1, 0x00, 3, 0x80, 0, 0x01, 1, 0x00, 3, 0x03
.set uart_settings_count, (. - uart_settings) / 2

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
    .skip KNHK_DIRECT_MAP_GIBIBYTES * PAGE_BYTES
boot_stack:
    .skip BOOT_STACK_BYTES
boot_stack_top:

.section .note.GNU-stack, "", @progbits
