// SPDX-License-Identifier: MIT
// Where the processor goes on exceptions and interrupts. Exceptions end the run (fault_entry does
// not return), so they save for reading, not for resuming.
#include "arch/x86_64/layout.h"

// The vectors for which the processor itself pushes an error code.
#define HAS_CODE(v)                                                                                \
    ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21 || (v) == 29 || (v) == 30)

.text
.balign KNHK_EXCEPTION_STUB_BYTES
.globl exception_stubs
exception_stubs:
.set vector, 0
.rept KNHK_EXCEPTION_VECTORS
    .balign KNHK_EXCEPTION_STUB_BYTES
    .if !HAS_CODE(vector)
    pushq $0
    .endif
    pushq $vector
    jmp exception_common
    .set vector, vector + 1
.endr

// Builds struct ExceptionFrame (fault.cpp), last field first.
exception_common:
    pushq %r15
    pushq %r14
    pushq %r13
    pushq %r12
    pushq %r11
    pushq %r10
    pushq %r9
    pushq %r8
    pushq %rdi
    pushq %rsi
    pushq %rbp
    pushq %rdx
    pushq %rcx
    pushq %rbx
    pushq %rax
    cld
    movq %rsp, %rdi
    xorl %ebp, %ebp
    andq $-16, %rsp
    call fault_entry
    ud2

// Waking is all that it does: hlt has returned by the time this runs.
.globl wake_interrupt
wake_interrupt:
    movl $0, KNHK_LOCAL_APIC_BASE + KNHK_LOCAL_APIC_EOI
    iretq

// The local APIC wants no acknowledgement of a spurious interrupt.
.globl spurious_interrupt
spurious_interrupt:
    iretq

.section .note.GNU-stack, "", @progbits
