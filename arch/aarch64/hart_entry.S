// SPDX-License-Identifier: MIT
// Where a started hart begins, at its physical address with paging off, and how it comes to
// hart_main on its own stack under the final page tables.
#include "arch/aarch64/layout.h"
#include "arch/aarch64/enter.inc"

.section .text.boot, "ax", @progbits
.globl hart_entry
hart_entry:
    DROP_TO_EL1
    TURN_PAGING_ON
    // With the caches on now: what the starter wrote is seen.
    adrp x9, final_page_tables
    ldr x9, [x9, #:lo12:final_page_tables]
    SET_LOWER_HALF x9
    ldr x9, =started_hart
    br x9

.text
started_hart:
    mrs x9, tcr_el1
    orr x9, x9, #TCR_UPPER_HALF_OFF
    msr tcr_el1, x9
    isb
    tlbi vmalle1
    dsb nsh
    isb
    msr spsel, #0
    adrp x9, started_hart_stack
    ldr x9, [x9, #:lo12:started_hart_stack]
    mov sp, x9
    adrp x9, started_hart_number
    ldr w0, [x9, #:lo12:started_hart_number]
    mov x29, xzr
    mov x30, xzr
    bl hart_main
    brk #0

.section .note.GNU-stack, "", @progbits
