// SPDX-License-Identifier: MIT
// Harts of a process: one thread each, created, bound and checked before the image is entered, so
// that whatever the environment refuses is known by then and start_hart has nothing to allocate.
#pragma once

#include <span>

#include "arch/boot_info.hpp"

namespace knhk::hosted {

using ImageEntry = decltype(&knhk_enter);

/// this_hart() of threads that are no hart.
inline constexpr u32 NO_HART = ~u32{0};
/// The hart that calls; Platform::current_hart.
[[nodiscard]] u32 this_hart();

/// Creates hart h bound to cpus[h], for each of them, and parks it. Throws a Failure.
void create_harts(std::span<const unsigned> cpus);

/// Enters the image on hart 0, waits until it returns and the harts it started have ended, and
/// gives what it returned. Throws a Failure when a hart does not end.
[[nodiscard]] unsigned run_harts(ImageEntry entry, const BootInfo& boot_info);

/// Platform::start_hart: lets a parked hart enter the image.
void start_hart(u32 hart);

} // namespace knhk::hosted
