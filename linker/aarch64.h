// SPDX-License-Identifier: MIT
// What the linker script needs to know of aarch64. The script, assembly and C++ include this file,
// so it holds nothing but preprocessor macros.
#ifndef KNHK_LINKER_AARCH64_H
#define KNHK_LINKER_AARCH64_H

// Where loaders of ELF files put the image: 2 MiB into the RAM of QEMU's machine, below which the
// device tree lies. As a raw image it runs wherever it is put, on a boundary of 2 MiB.
#define KNHK_LOAD_ADDRESS 0x40200000

// Such loaders enter at e_entry, as Linux processes do: the entry tells them apart.
#define KNHK_IMAGE_ENTRY image_entry

#define KNHK_OUTPUT_FORMAT elf64-littleaarch64
#define KNHK_OUTPUT_ARCH aarch64

#endif
