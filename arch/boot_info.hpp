// SPDX-License-Identifier: MIT
// What a platform hands to the image, in the same form from firmware and from the Linux loader,
// and what the image says about itself before anybody enters it.
#pragma once

#include <cstddef>
#include <type_traits>

#include "arch/platform.hpp"
#include "base/types.hpp"

namespace knhk {

/// The version of this file, Platform and the memory map together: loader and image must agree.
inline constexpr u32 IMAGE_ABI_VERSION = 4;

inline constexpr u64 BOOT_INFO_MAGIC = 0x4F464E494B484E4B; // "KNHKINFO"
inline constexpr std::size_t COMMAND_LINE_MAX_CHARS = 4096;

/// Filled by the platform before worker 0 enters; constant afterwards.
struct BootInfo {
    u64 magic;                                 ///< BOOT_INFO_MAGIC
    u32 version;                               ///< IMAGE_ABI_VERSION
    u32 size_bytes;                            ///< sizeof(BootInfo)
    const Platform* platform;                  ///< the machine
    u64 container_size_bytes;                  ///< bytes at region::container; 0: none was given
    u64 instruction_sets;                      ///< InstructionSet, SHA256_BIT: all harts may
    char platform_name[32];                    ///< "linux-x86_64", "bare-x86_64"; console only
    u64 command_line_size;                     ///< characters, without a final zero
    char command_line[COMMAND_LINE_MAX_CHARS]; ///< key=value words, separated by blanks
};
static_assert(std::is_standard_layout_v<BootInfo> && std::is_trivially_copyable_v<BootInfo>);
static_assert(offsetof(BootInfo, platform) == 16 && offsetof(BootInfo, command_line) == 80);
static_assert(sizeof(BootInfo) == 80 + COMMAND_LINE_MAX_CHARS);

/// The payload of the ELF note (owner "KNHK", type IMAGE_NOTE_TYPE) that each image carries.
struct ImageNote {
    u32 abi_version; ///< IMAGE_ABI_VERSION
    u32 reserved;
    u64 regions_base; ///< REGIONS_BASE and
    u64 regions_size; ///< REGIONS_SIZE_BYTES of the build: a second lock on the memory map
};
inline constexpr u32 IMAGE_NOTE_TYPE = 1;
static_assert(sizeof(ImageNote) == 24);

} // namespace knhk

/// The image's one entry, on every platform: each worker calls it once, worker 0 first and alone.
/// Returns the worker's ExitStatus; worker 0's is the run's.
extern "C" unsigned knhk_enter(const knhk::BootInfo* boot_info, unsigned worker);
