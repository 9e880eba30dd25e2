// SPDX-License-Identifier: MIT
// What becomes of an exception: a report to the kernel's handler, or to the console, and the end.
#pragma once

#include <span>

#include "arch/platform.hpp"

namespace knhk::bare {

/// Platform::on_fault.
void set_fault_handler(FaultHandler handler);

void set_registers(FaultReport& report, std::span<const FaultReport::Register> registers);

/// For the architecture, on the hart that faulted and its fault stack.
[[noreturn]] void report_fault(const FaultReport& report);

} // namespace knhk::bare
