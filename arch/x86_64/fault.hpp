// SPDX-License-Identifier: MIT
// What becomes of an exception: a report to the kernel's handler, or to the console, and the end.
#pragma once

#include "arch/platform.hpp"

namespace knhk::x86 {

/// Platform::on_fault.
void set_fault_handler(FaultHandler handler);

} // namespace knhk::x86
