// SPDX-License-Identifier: MIT
// The ways in which the machine ends.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"

namespace knhk::bare {

/// Platform::exit. Ends the emulator where there is one, otherwise halts all harts.
// The GNU spelling makes it part of the type, as Platform::exit has it.
[[gnu::noreturn]] void exit_machine(u32 status);

/// `knhk: error: ` and `what`, then the end.
[[noreturn]] void refuse(ExitStatus status, const TextLine& what);
[[noreturn]] void refuse(ExitStatus status, std::string_view what);

/// True once the machine has ended and only the other harts do not know yet.
[[nodiscard]] bool machine_has_ended();

} // namespace knhk::bare
