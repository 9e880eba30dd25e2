// SPDX-License-Identifier: MIT
// What the linker script needs to know of riscv64. The script, assembly and C++ include this file,
// so it holds nothing but preprocessor macros.
#ifndef KNHK_LINKER_RISCV64_H
#define KNHK_LINKER_RISCV64_H

// Where QEMU's virt loads an ELF file: 2 MiB above the beginning of its RAM, behind the machine
// monitor, as boot loaders do with the raw image on any machine. The code does not depend on it:
// it finds out where it is.
#define KNHK_LOAD_ADDRESS 0x80200000

// Firmware enters at the lowest address, where the boot header is.
#define KNHK_IMAGE_ENTRY knhk_enter

#define KNHK_OUTPUT_FORMAT elf64-littleriscv
#define KNHK_OUTPUT_ARCH riscv

#endif
