// SPDX-License-Identifier: MIT
// QEMU's user mode: a Linux program of another architecture as a process here.
#pragma once

#include <string>
#include <vector>

#include "base/architecture.hpp"

namespace knhk::qemu {

/// Debian's, which has the programs.
inline constexpr std::string_view USER_MODE_PACKAGE = "qemu-user";

/// What stands before the program's own words: the emulator, and where the libraries are that the
/// cross compiler brought.
[[nodiscard]] std::vector<std::string> user_mode_words(Architecture architecture);

} // namespace knhk::qemu
