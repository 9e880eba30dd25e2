// SPDX-License-Identifier: MIT
// All commands and their options in a form from which the manual page and the
// shells' completions are made: so neither can go stale.
#pragma once

#include <string>
#include <vector>

#include "tools/host/command_line.hpp"

namespace knhk::tools {

struct OptionEntry {
    std::vector<std::string> names;   ///< "-o", "--output"; for a positional, its name
    std::string value;                ///< "FILE", "N", "a|b"; empty for a flag
    std::vector<std::string> choices; ///< of a value that is one of few
    std::string help;
    bool is_positional = false;
    bool is_required = false;
    bool takes_file = false;
};

struct CommandEntry {
    std::string name; ///< empty for `knhk` itself
    std::string help;
    std::string footer;
    std::vector<OptionEntry> options;
};

/// The program first, then its commands, as they were added.
[[nodiscard]] std::vector<CommandEntry> command_tree(const Command& program);

/// The manual page, in troff's man macros. `version` is the program's.
[[nodiscard]] std::string man_page(const std::vector<CommandEntry>& tree,
                                   const std::string& version);
[[nodiscard]] std::string bash_completion(const std::vector<CommandEntry>& tree);
[[nodiscard]] std::string zsh_completion(const std::vector<CommandEntry>& tree);

} // namespace knhk::tools
