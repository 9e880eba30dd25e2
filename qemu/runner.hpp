// SPDX-License-Identifier: MIT
// How an image and QEMU speak to the outside: the line that says where the log drain lies, and what
// QEMU's exit status means.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "qemu/machine.hpp"

namespace knhk::qemu {

/// Reads "knhk: drain physical=0x.. size=0x..", which the image prints on its console.
[[nodiscard]] std::optional<PhysicalSpan> parse_drain_line(std::string_view line);

/// How a QEMU process ended.
struct Ending {
    std::optional<ExitStatus> image_status; ///< set when the image itself ended the machine
    std::string failure;                    ///< else: what happened, and what to do
};

/// `code` is QEMU's exit status; `last_message` the last line that QEMU wrote to its stderr.
/// isa-debug-exit makes (value << 1) | 1 of the value that a guest writes. The image writes
/// 32 + status, so that a status is 65 or above: QEMU's own failures are 1, a clean exit is 0.
[[nodiscard]] Ending interpret_exit(int code, std::string_view last_message);

} // namespace knhk::qemu
