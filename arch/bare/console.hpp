// SPDX-License-Identifier: MIT
// The console: text over the serial port that the firmware describes, or that such machines always
// have. Callable from any hart, in faults too; a machine without the port is silent.
#pragma once

#include "arch/bare/firmware.hpp"
#include "base/text.hpp"

namespace knhk::bare {

/// Sets up the port that is known without asking firmware's tables. Nothing is written before.
void start_console();

/// Goes over to the port that the firmware describes, if it describes one.
void find_console(const Firmware& firmware);

/// Platform::console. One call's text is not interleaved with another hart's.
void write_console(const char* text, u64 size_bytes);

/// One line; the end of line is added.
void print(const TextLine& line);

/// Waits, not for ever, until the last byte has left the port.
void flush_console();

/// Platform::stop_requested: somebody typed Ctrl-C. Stays true.
[[nodiscard]] bool console_stop_requested();

} // namespace knhk::bare
