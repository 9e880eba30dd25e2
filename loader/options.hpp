// SPDX-License-Identifier: MIT
// The command line of knhk-loader.
#pragma once

#include <optional>
#include <string>

#include "base/types.hpp"

namespace knhk::loader {

struct Options {
    std::string image;
    std::string command_line;
    std::optional<std::string> container;
    std::optional<std::string> drain;
    std::optional<std::string> cpus; ///< a list as the kernel writes it: 2-3,5
    u32 workers = 1;
};

/// Nothing when --help was asked for and printed. Throws a Failure when the usage is wrong.
[[nodiscard]] std::optional<Options> parse_options(int argc, char** argv);

} // namespace knhk::loader
