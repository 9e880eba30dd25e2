// SPDX-License-Identifier: MIT
// The console of whatever machine this is, and the final line that a run must end with.
#pragma once

#include "arch/platform.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace knhk {

/// Prints "knhk: " and the line.
void print_line(const Platform& platform, const TextLine& line);

/// The last line of every run. A reader takes its absence for a failure.
void print_exit(const Platform& platform, ExitStatus status);

} // namespace knhk
