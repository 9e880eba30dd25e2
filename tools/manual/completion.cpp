// SPDX-License-Identifier: MIT
// What bash and zsh complete behind `knhk`.
#include <fmt/format.h>

#include "tools/manual/command_tree.hpp"

namespace knhk::tools {

namespace {

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, " "));
}

/// The names of all options of a command.
std::vector<std::string> option_names(const CommandEntry& command) {
    std::vector<std::string> names;
    for (const OptionEntry& option : command.options) {
        if (!option.is_positional) {
            names.insert(names.end(), option.names.begin(), option.names.end());
        }
    }
    return names;
}

std::vector<std::string> command_names(const std::vector<CommandEntry>& tree) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i < tree.size(); ++i) {
        names.push_back(tree[i].name);
    }
    return names;
}

/// What bash does for a value: one of few words, a file, both, or nothing.
std::string bash_action(const OptionEntry& option) {
    std::string words;
    if (!option.choices.empty()) {
        words += fmt::format(" -W '{}'", joined(option.choices));
    }
    words += option.takes_file ? " -f" : "";
    // Nothing can be guessed.
    return words.empty() ? ":" : fmt::format("_knhk_reply{} -- \"$word\"", words);
}

/// A pattern of case: what stands before the word that is completed.
std::string bash_value(const CommandEntry& command, const OptionEntry& option) {
    std::string pattern;
    for (const std::string& name : option.names) {
        pattern += fmt::format("{}{}:{}", pattern.empty() ? "" : " | ", command.name, name);
    }
    return fmt::format("    {})\n        {}\n        return\n        ;;\n", pattern,
                       bash_action(option));
}

/// Positionals are not counted: all that a command takes are offered.
std::string bash_positionals(const CommandEntry& command) {
    OptionEntry all;
    for (const OptionEntry& option : command.options) {
        if (option.is_positional) {
            all.choices.insert(all.choices.end(), option.choices.begin(), option.choices.end());
            all.takes_file = all.takes_file || option.takes_file;
        }
    }
    return bash_action(all);
}

/// In single quotes, inside which `_arguments` gives colons and brackets a meaning.
std::string zsh_text(const std::string& text) {
    std::string to;
    for (const char c : text) {
        if (c == '\'') {
            to += "'\\''";
            continue;
        }
        if (c == ':' || c == '[' || c == ']' || c == '\\') {
            to += '\\';
        }
        to += c == '\n' ? ' ' : c;
    }
    return to;
}

/// What zsh does for a value.
std::string zsh_action(const OptionEntry& option) {
    const std::string words = fmt::format("({})", joined(option.choices));
    if (option.takes_file) {
        return option.choices.empty()
                   ? "_files"
                   : fmt::format("_alternative \"words:word:{}\" \"files:file:_files\"", words);
    }
    return option.choices.empty() ? " " : words;
}

std::string zsh_arguments(const CommandEntry& command) {
    std::string text;
    for (const OptionEntry& option : command.options) {
        const std::string value =
            option.value.empty()
                ? ""
                : fmt::format(":{}:{}", zsh_text(option.value), zsh_action(option));
        if (option.is_positional) {
            text += fmt::format(" \\\n            '*:{}:{}'", zsh_text(option.names.front()),
                                zsh_action(option));
            continue;
        }
        for (const std::string& name : option.names) {
            text += fmt::format(" \\\n            '*{}[{}]{}'", name, zsh_text(option.help), value);
        }
    }
    return text;
}

} // namespace

std::string bash_completion(const std::vector<CommandEntry>& tree) {
    std::string values;
    std::string options;
    std::string positionals;
    for (std::size_t i = 1; i < tree.size(); ++i) {
        const CommandEntry& command = tree[i];
        for (const OptionEntry& option : command.options) {
            if (!option.is_positional && !option.value.empty()) {
                values += bash_value(command, option);
            }
        }
        options += fmt::format("        {}) _knhk_reply -W '{}' -- \"$word\" ;;\n", command.name,
                               joined(option_names(command)));
        positionals += fmt::format("    {}) {} ;;\n", command.name, bash_positionals(command));
    }
    return fmt::format(
        "# Completion of knhk for bash: source <(knhk completion bash)\n"
        "_knhk_reply() {{\n    mapfile -t COMPREPLY < <(compgen \"$@\")\n}}\n"
        "_knhk() {{\n"
        "    local word=${{COMP_WORDS[COMP_CWORD]}}\n"
        "    local previous=${{COMP_WORDS[COMP_CWORD - 1]}}\n"
        "    COMPREPLY=()\n"
        "    if ((COMP_CWORD == 1)); then\n"
        "        _knhk_reply -W '{} {}' -- \"$word\"\n        return\n    fi\n"
        "    case ${{COMP_WORDS[1]}}:$previous in\n{}    esac\n"
        "    if [[ $word == -* ]]; then\n"
        "        case ${{COMP_WORDS[1]}} in\n{}        esac\n        return\n    fi\n"
        "    case ${{COMP_WORDS[1]}} in\n{}    esac\n}}\n"
        "complete -o filenames -F _knhk knhk ./knhk\n",
        joined(command_names(tree)), joined(option_names(tree.front())), values, options,
        positionals);
}

std::string zsh_completion(const std::vector<CommandEntry>& tree) {
    std::string commands;
    std::string cases;
    for (std::size_t i = 1; i < tree.size(); ++i) {
        commands += fmt::format("        '{}:{}'\n", tree[i].name, zsh_text(tree[i].help));
        cases += fmt::format("    {})\n        _arguments{}\n        ;;\n", tree[i].name,
                             zsh_arguments(tree[i]));
    }
    return fmt::format("#compdef knhk\n"
                       "# Completion of knhk for zsh: source <(knhk completion zsh)\n"
                       "_knhk() {{\n"
                       "    local -a commands=(\n{}    )\n"
                       "    if ((CURRENT == 2)); then\n"
                       "        _describe command commands\n        return\n    fi\n"
                       "    shift words\n    ((CURRENT--))\n"
                       "    case $words[1] in\n{}    esac\n}}\n"
                       "compdef _knhk knhk ./knhk\n",
                       commands, cases);
}

} // namespace knhk::tools
