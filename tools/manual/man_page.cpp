// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "tools/manual/command_tree.hpp"

namespace knhk::tools {

namespace {

/// Text as troff prints it: nothing in it is a request, and a minus is one.
std::string escaped(const std::string& text) {
    std::string to;
    bool is_line_begin = true;
    for (const char c : text) {
        if (is_line_begin && (c == '.' || c == '\'')) {
            to += "\\&";
        }
        is_line_begin = c == '\n';
        switch (c) {
        case '\\':
            to += "\\e";
            break;
        case '-':
            to += "\\-";
            break;
        case '\'':
            to += "\\(aq";
            break;
        case '|':
            to += "|\\:"; // a line may break here
            break;
        default:
            to += c;
        }
    }
    return to;
}

std::string bold(const std::string& text) {
    return "\\fB" + escaped(text) + "\\fR";
}

std::string italic(const std::string& text) {
    return "\\fI" + escaped(text) + "\\fR";
}

/// As it stands, line by line.
std::string preformatted(const std::string& text) {
    return text.empty() ? "" : ".PP\n.nf\n" + escaped(text) + "\n.fi\n";
}

std::string option_text(const OptionEntry& option) {
    std::string names;
    for (const std::string& name : option.names) {
        names += (names.empty() ? "" : ", ") + (option.is_positional ? italic(name) : bold(name));
    }
    if (!option.value.empty() && !option.is_positional) {
        names += " " + italic(option.value);
    }
    return ".TP\n" + names + "\n" + escaped(option.help) +
           (option.is_required ? " (required)" : "") + "\n";
}

std::string synopsis(const CommandEntry& command) {
    std::string text = bold("knhk " + command.name);
    for (const OptionEntry& option : command.options) {
        if (option.is_positional) {
            text += option.is_required ? " " + italic(option.names.front())
                                       : " [" + italic(option.names.front()) + "]";
        } else if (option.is_required) {
            text += " " + bold(option.names.back()) + " " + italic(option.value);
        }
    }
    return text + " [" + italic("OPTIONS") + "]";
}

std::string command_text(const CommandEntry& command) {
    std::string text = ".SS \"knhk " + escaped(command.name) + "\"\n" + synopsis(command) +
                       "\n.PP\n" + escaped(command.help) + "\n";
    for (const OptionEntry& option : command.options) {
        text += option_text(option);
    }
    return text + preformatted(command.footer);
}

} // namespace

std::string man_page(const std::vector<CommandEntry>& tree, const std::string& version) {
    const CommandEntry& program = tree.front();
    std::string text = fmt::format(".TH KNHK 1 \"\" \"knhk {}\" \"KNHK\"\n", escaped(version));
    text += ".ad l\n.nh\n.SH NAME\nknhk \\- runs small tasks on many cores with the same log every "
            "time\n";
    text += ".SH SYNOPSIS\n" + bold("knhk") + " " + italic("COMMAND") + " [" + italic("OPTIONS") +
            "] [" + italic("ARGUMENTS") + "]\n";
    text += ".SH DESCRIPTION\n" + escaped(program.help) + "\n.SH OPTIONS\n";
    for (const OptionEntry& option : program.options) {
        text += option_text(option);
    }
    text += preformatted(program.footer) + ".SH COMMANDS\n";
    for (std::size_t i = 1; i < tree.size(); ++i) {
        text += command_text(tree[i]);
    }
    return text;
}

} // namespace knhk::tools
