// SPDX-License-Identifier: MIT
// The platform interface (arch/platform.hpp) over a Linux process. The loader fills BootInfo with
// it; the image calls it.
#pragma once

#include "arch/platform.hpp"

namespace knhk::hosted {

/// The functions of this process with `hart_count` harts, which create_harts made, bound to so many
/// CPUs.
[[nodiscard]] Platform linux_platform(u32 hart_count, u32 cpu_count);

/// BootInfo::instruction_sets of this process.
[[nodiscard]] u64 usable_instruction_sets();

/// From here on SIGINT and SIGTERM ask the run to end, and a closed console does not. Throws a
/// Failure.
void install_operator_signals();

/// Writes all of it unless the file refuses; safe in signal handlers.
void write_fully(int file, const char* text, std::size_t size);

} // namespace knhk::hosted
