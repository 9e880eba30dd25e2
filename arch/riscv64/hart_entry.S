// SPDX-License-Identifier: MIT
// Where a started hart begins: at the image's physical address, with paging and interrupts off.
// Left for hart_main on the hart's own stack under the final page tables.
#include "arch/riscv64/layout.h"
#include "arch/riscv64/enter.inc"

.text
.balign 4
.globl hart_entry
hart_entry:
    SILENCE
    LOAD_ADDRESS_OF_IMAGE s2
    lla t0, final_page_tables
    ld t0, 0(t0)
    ENTER_PAGED started_hart, t0, s2
1:  wfi // the boot hart has Sv39 and this one has not: it never comes alive, which is told
    j 1b

.balign 4
started_hart:
    lla t0, started_trap
    csrw stvec, t0
    lla t0, started_hart_stack
    ld sp, 0(t0)
    lla t0, started_hart_number
    lwu a0, 0(t0)
    mv tp, a0
    mv fp, zero
    mv ra, zero
    call hart_main
    unimp

// Until start_vectors.
.balign 4
started_trap:
    wfi
    j started_trap

.section .note.GNU-stack, "", @progbits
