// SPDX-License-Identifier: MIT
// What the linker script needs to know of x86_64. The script, assembly and C++ include this file,
// so it holds nothing but preprocessor macros.
#ifndef KNHK_LINKER_X86_64_H
#define KNHK_LINKER_X86_64_H

// Where boot protocols put the image. It must not equal the virtual base: a machine with 1 GiB of
// RAM has nothing at 0x4000_0000, and the firmware would refuse or hang. 16 MiB is above what
// firmware and boot loaders use for themselves.
#define KNHK_LOAD_ADDRESS 0x01000000

// Boot protocols find their entries in headers of their own.
#define KNHK_IMAGE_ENTRY knhk_enter

#define KNHK_OUTPUT_FORMAT elf64-x86-64
#define KNHK_OUTPUT_ARCH i386:x86-64

#endif
