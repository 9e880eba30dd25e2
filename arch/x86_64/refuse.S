// SPDX-License-Identifier: MIT
// Refusals that come before C++ can run: one line on the serial port, then the end. 32-bit code,
// run where it was loaded.
#include "arch/x86_64/layout.h"

#define UART_LINE_STATUS (KNHK_CONSOLE_PORT + 5)
#define UART_TRANSMIT_EMPTY 0x20
// Reads of a port take about a microsecond: a lost serial port delays the end, it does not stop it.
#define UART_POLLS_MAX 100000

.section .text.boot, "ax", @progbits
.code32
.globl refuse_protocol, refuse_long_mode, refuse_no_execute

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

.section .rodata, "a", @progbits
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

.section .note.GNU-stack, "", @progbits
