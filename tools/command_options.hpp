// SPDX-License-Identifier: MIT
// The options that several commands share: where and how a run takes place, and what is told of it.
#pragma once

#include <limits>

#include "tools/host/command_line.hpp"
#include "tools/run/options.hpp"

namespace knhk::tools {

inline constexpr u64 ANY_NUMBER = std::numeric_limits<u64>::max();

/// Numbers are parsed here, for one form of error and no silent overflow.
struct NumberOption {
    const char* name;
    u64 min;
    u64 max;
    const char* help;
};

template<class T>
void add_number(Command& command, const NumberOption& option, T& target) {
    command
        .word(
            option.name,
            [&target, option](const std::string& text) {
                target =
                    static_cast<T>(parse_number_option(option.name, text, option.min, option.max));
            },
            option.help)
        .value("N");
}

/// --on, --workers and all that says nothing about what is run.
void add_platform_options(Command& command, RunOptions& options);
void add_checkpoint_options(Command& command, RunOptions& options);
void add_roots_option(Command& command, RunOptions& options);
/// --json and --quiet.
void add_report_options(Command& command, RunOptions& options);

} // namespace knhk::tools
