// SPDX-License-Identifier: MIT
// Where a started hart begins: copied to KNHK_TRAMPOLINE_BASE at boot, entered in 16-bit mode, and
// left for hart_main on the hart's own stack under the final page tables.
#include "arch/x86_64/layout.h"
#include "arch/x86_64/enter.inc"

.section .rodata, "a", @progbits
.globl trampoline_start, trampoline_end
#define IN_PAGE(symbol) ((symbol) - trampoline_start)

.code16
trampoline_start:
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds
    lgdtl IN_PAGE(trampoline_gdt_pointer)
    ENTER_PAGED_LONG_MODE
    ljmpl $KNHK_CODE_SELECTOR, $(KNHK_TRAMPOLINE_BASE + IN_PAGE(trampoline_64))

.code64
trampoline_64:
    movabsq $started_hart, %rax
    jmp *%rax

.balign 4
trampoline_gdt_pointer:
    .short 3 * 8 - 1
    .long KNHK_PHYSICAL(early_gdt)
trampoline_end:

// At the virtual address now. The segments are loaded first, because the descriptor table still
// lies in the low identity, which ends with the early tables.
.text
started_hart:
    LOAD_DATA_SEGMENTS
    movq final_page_tables, %rax
    movq %rax, %cr3
    movl started_hart_number, %edi
    movq started_hart_stack, %rsp
    xorl %ebp, %ebp
    call hart_main
    ud2

.section .note.GNU-stack, "", @progbits
