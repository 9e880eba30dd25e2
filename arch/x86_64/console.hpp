// SPDX-License-Identifier: MIT
// The console: a 16550 serial port at the address that every PC gives it. Callable from any hart,
// in faults too; a machine without the port is silent.
#pragma once

#include "base/text.hpp"

namespace knhk::x86 {

/// Sets the port up. Nothing is written before.
void start_console();

/// Platform::console. One call's text is not interleaved with another hart's.
void write_console(const char* text, u64 size_bytes);

/// One line; the end of line is added.
void print(const TextLine& line);

/// Waits, not for ever, until the last byte has left the port.
void flush_console();

/// Platform::stop_requested: somebody typed Ctrl-C. Stays true.
[[nodiscard]] bool console_stop_requested();

} // namespace knhk::x86
