// SPDX-License-Identifier: MIT
// Where the processor goes on exceptions and interrupts: one place for all. sscratch names the
// hart's struct TrapSlot, so that everything runs on the fault stack: an overflow of the hart's own
// is reported, and an interrupt never takes what a handler has left of its stack. A fault while one
// is reported begins at the same top again; the first does not return.
#include "arch/riscv64/layout.h"

#define FRAME_OF(number) (8 * ((number) - 1))

// In the order in which struct TrapFrame has them; sp and t0 come from elsewhere.
.macro SAVE_INTEGERS
    sd x1, FRAME_OF(1)(sp)
    sd x3, FRAME_OF(3)(sp)
    sd x4, FRAME_OF(4)(sp)
.irp number, 6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\number, FRAME_OF(\number)(sp)
.endr
.endm

// What a call may change; tp and gp are nobody's.
.macro RESTORE_INTEGERS
    ld x1, FRAME_OF(1)(sp)
.irp number, 6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld x\number, FRAME_OF(\number)(sp)
.endr
.endm

.macro EACH_FLOAT instruction
.irp number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \instruction f\number, KNHK_FRAME_FLOATS + 8 * \number(sp)
.endr
.endm

.text
.balign 4
.globl trap_entry
trap_entry:
    csrrw t0, sscratch, t0
    sd sp, KNHK_TRAP_SAVED_SP(t0)
    ld sp, KNHK_TRAP_STACK(t0)
    addi sp, sp, -KNHK_FRAME_BYTES
    SAVE_INTEGERS
    ld t1, KNHK_TRAP_SAVED_SP(t0)
    sd t1, FRAME_OF(2)(sp)
    csrrw t1, sscratch, t0 // as it was, and the interrupted t0
    sd t1, FRAME_OF(5)(sp)
    csrr t1, sepc
    sd t1, KNHK_FRAME_PC(sp)
    csrr t1, sstatus
    sd t1, KNHK_FRAME_STATUS(sp)
    csrr t1, stval
    sd t1, KNHK_FRAME_VALUE(sp)
    csrr t1, scause
    sd t1, KNHK_FRAME_CAUSE(sp)
    bltz t1, interrupt
    mv a0, sp
    mv fp, zero
    call fault_entry
    unimp

interrupt:
    slli t1, t1, 1
    srli t1, t1, 1
    li t2, KNHK_CAUSE_SOFTWARE_INTERRUPT
    beq t1, t2, wake
    li t2, KNHK_CAUSE_TIMER_INTERRUPT
    beq t1, t2, timer
    mv a0, sp
    call fault_entry
    unimp

// Waking is all that it does, as long as the machine goes on: wfi has returned by now.
wake:
    csrci sip, KNHK_SOFTWARE_INTERRUPT
    lla t1, harts_must_stop
    lw t1, 0(t1)
    beqz t1, leave
stop:
    csrw sie, zero
    wfi
    j stop

// In the middle of anything: what C++ may change is saved. Nothing that runs here uses vectors:
// query kernels alone do.
timer:
    EACH_FLOAT fsd
    csrr t1, fcsr
    sd t1, KNHK_FRAME_FLOAT_CONTROL(sp)
    call watch_entry
    ld t1, KNHK_FRAME_FLOAT_CONTROL(sp)
    csrw fcsr, t1
    EACH_FLOAT fld

leave:
    ld t1, KNHK_FRAME_PC(sp)
    csrw sepc, t1
    ld t1, KNHK_FRAME_STATUS(sp)
    csrw sstatus, t1
    RESTORE_INTEGERS
    ld t0, FRAME_OF(5)(sp)
    ld sp, FRAME_OF(2)(sp)
    sret

.section .note.GNU-stack, "", @progbits
