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

// Unlike the above, in the middle of anything: what C++ may change is saved. Of vector state that
// is SSE alone, because nothing that runs here is compiled for more (query kernels are), and
// instructions of SSE leave the wider parts of its registers as they are. The processor aligned the
// stack to 16 bytes and pushed five words; with nine more it is aligned again.
#define FXSAVE_BYTES 512
.globl watch_interrupt
watch_interrupt:
    pushq %rax
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    cld
    subq $FXSAVE_BYTES, %rsp
    fxsave64 (%rsp)
    call watch_entry
    fxrstor64 (%rsp)
    addq $FXSAVE_BYTES, %rsp
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rax
    iretq

// The local APIC wants no acknowledgement of a spurious interrupt.
.globl spurious_interrupt
spurious_interrupt:
    iretq

.section .note.GNU-stack, "", @progbits
