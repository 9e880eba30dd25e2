// SPDX-License-Identifier: MIT
// Where the processor goes on exceptions and interrupts, always on the stack of EL1. Exceptions end
// the run, but for the one by which an emulator that is none is recognised (semihosting_call).
#include "arch/aarch64/layout.h"

#define VECTOR_BYTES 0x80
#define TABLE_BYTES 0x800

// Of struct ExceptionFrame (fault.cpp).
#define FRAME_X30 240
#define FRAME_SP 248
#define FRAME_PC 256
#define FRAME_STATE 264
#define FRAME_SYNDROME 272
#define FRAME_ADDRESS 280
#define FRAME_VECTOR 288

// Vectors of a hart that runs on the stack of EL0.
#define VECTOR_INTERRUPT 1
#define VECTORS_FROM_EL0_STACK 4

.text
.balign TABLE_BYTES
.globl exception_vectors
exception_vectors:
.set vector, 0
.rept KNHK_EXCEPTION_VECTORS
    .balign VECTOR_BYTES
    .if vector == VECTOR_INTERRUPT
    b interrupt
    .else
    sub sp, sp, #KNHK_EXCEPTION_FRAME_BYTES
    stp x0, x1, [sp]
    mov x0, #vector
    b exception_common
    .endif
    .set vector, vector + 1
.endr

// X0: vector; X0 and X1 are saved.
exception_common:
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x19, [sp, #144]
    stp x20, x21, [sp, #160]
    stp x22, x23, [sp, #176]
    stp x24, x25, [sp, #192]
    stp x26, x27, [sp, #208]
    stp x28, x29, [sp, #224]
    mrs x1, sp_el0
    cmp x0, #VECTORS_FROM_EL0_STACK
    add x2, sp, #KNHK_EXCEPTION_FRAME_BYTES
    csel x1, x1, x2, lo
    stp x30, x1, [sp, #FRAME_X30]
    mrs x1, elr_el1
    mrs x2, spsr_el1
    stp x1, x2, [sp, #FRAME_PC]
    mrs x1, esr_el1
    mrs x2, far_el1
    stp x1, x2, [sp, #FRAME_SYNDROME]
    str x0, [sp, #FRAME_VECTOR]
    mov x0, sp
    mov x29, xzr
    bl fault_entry
    // It goes on behind semihosting_call, which expects nothing of the registers but these.
    ldr x1, [sp, #FRAME_PC]
    msr elr_el1, x1
    ldr x29, [sp, #232]
    ldr x30, [sp, #FRAME_X30]
    add sp, sp, #KNHK_EXCEPTION_FRAME_BYTES
    eret

// In the middle of anything: what C++ may change is saved, vector registers whole.
#define INTERRUPT_GENERAL_BYTES 192
#define INTERRUPT_FRAME_BYTES (INTERRUPT_GENERAL_BYTES + 32 * 16)
// Both ways: \op is stp or ldp.
.macro EACH_INTERRUPT_PAIR op
    \op x0, x1, [sp, #0]
    \op x2, x3, [sp, #16]
    \op x4, x5, [sp, #32]
    \op x6, x7, [sp, #48]
    \op x8, x9, [sp, #64]
    \op x10, x11, [sp, #80]
    \op x12, x13, [sp, #96]
    \op x14, x15, [sp, #112]
    \op x16, x17, [sp, #128]
.endm
.macro EACH_VECTOR_PAIR op
    \op q0, q1, [sp, #(INTERRUPT_GENERAL_BYTES + 0)]
    \op q2, q3, [sp, #(INTERRUPT_GENERAL_BYTES + 32)]
    \op q4, q5, [sp, #(INTERRUPT_GENERAL_BYTES + 64)]
    \op q6, q7, [sp, #(INTERRUPT_GENERAL_BYTES + 96)]
    \op q8, q9, [sp, #(INTERRUPT_GENERAL_BYTES + 128)]
    \op q10, q11, [sp, #(INTERRUPT_GENERAL_BYTES + 160)]
    \op q12, q13, [sp, #(INTERRUPT_GENERAL_BYTES + 192)]
    \op q14, q15, [sp, #(INTERRUPT_GENERAL_BYTES + 224)]
    \op q16, q17, [sp, #(INTERRUPT_GENERAL_BYTES + 256)]
    \op q18, q19, [sp, #(INTERRUPT_GENERAL_BYTES + 288)]
    \op q20, q21, [sp, #(INTERRUPT_GENERAL_BYTES + 320)]
    \op q22, q23, [sp, #(INTERRUPT_GENERAL_BYTES + 352)]
    \op q24, q25, [sp, #(INTERRUPT_GENERAL_BYTES + 384)]
    \op q26, q27, [sp, #(INTERRUPT_GENERAL_BYTES + 416)]
    \op q28, q29, [sp, #(INTERRUPT_GENERAL_BYTES + 448)]
    \op q30, q31, [sp, #(INTERRUPT_GENERAL_BYTES + 480)]
.endm
interrupt:
    sub sp, sp, #INTERRUPT_FRAME_BYTES
    EACH_INTERRUPT_PAIR stp
    stp x18, x30, [sp, #144]
    mrs x0, elr_el1
    mrs x1, spsr_el1
    stp x0, x1, [sp, #160]
    mrs x0, fpsr
    mrs x1, fpcr
    stp x0, x1, [sp, #176]
    EACH_VECTOR_PAIR stp
    bl interrupt_entry
    EACH_VECTOR_PAIR ldp
    ldp x0, x1, [sp, #176]
    msr fpsr, x0
    msr fpcr, x1
    ldp x0, x1, [sp, #160]
    msr elr_el1, x0
    msr spsr_el1, x1
    ldp x18, x30, [sp, #144]
    EACH_INTERRUPT_PAIR ldp
    add sp, sp, #INTERRUPT_FRAME_BYTES
    eret

// W0: operation, X1: its arguments. An emulator or a debugger that takes the call does not return
// from what is asked here; where there is none it is an undefined instruction, which fault_entry
// steps over.
.globl semihosting_call, semihosting_instruction
semihosting_call:
semihosting_instruction:
    hlt #0xF000
    ret

.section .note.GNU-stack, "", @progbits
