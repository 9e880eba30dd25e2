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
[[nodiscard]] Ending interpret_exit(const ExitCodes& codes, int code,
                                    std::string_view last_message);

} // namespace knhk::qemu
