// SPDX-License-Identifier: MIT
#include "tools/manual/command_tree.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace knhk::tools {

namespace {

/// "a|b|c", as options whose value is one of few name their type.
std::vector<std::string> choices_of(const std::string& type) {
    std::vector<std::string> choices;
    if (type.find('|') == std::string::npos) {
        return choices;
    }
    for (std::size_t begin = 0; begin <= type.size();) {
        const std::size_t end = std::min(type.find('|', begin), type.size());
        choices.push_back(type.substr(begin, end - begin));
        begin = end + 1;
    }
    return choices;
}

bool names_file(std::string_view what) {
    constexpr std::array<std::string_view, 7> FILES = {"FILE", "LOG",   "A",  "B",
                                                       "OUT",  "PROOF", "DIR"};
    return std::ranges::find(FILES, what) != FILES.end();
}

/// What both forms of an option have in common.
OptionEntry entry_of(const OptionFacts& option) {
    OptionEntry entry;
    entry.help = option.help;
    entry.is_required = option.is_required;
    if (!option.value.empty()) {
        entry.value = option.value;
        entry.choices = choices_of(entry.value);
        const auto removed = std::ranges::remove_if(entry.choices, names_file);
        entry.takes_file = names_file(entry.value) || !removed.empty();
        entry.choices.erase(removed.begin(), removed.end());
    }
    return entry;
}

void add_entries(const OptionFacts& option, std::vector<OptionEntry>& to) {
    if (!option.positional.empty()) {
        OptionEntry& entry = to.emplace_back(entry_of(option));
        entry.is_positional = true;
        entry.names = {option.positional};
        entry.takes_file = entry.takes_file || names_file(entry.names.front());
    }
    if (!option.names.empty()) {
        to.emplace_back(entry_of(option)).names = option.names;
    }
}

CommandEntry entry_of(const Command& command) {
    CommandEntry entry{command.name(), command.help(), command.footer(), {}};
    for (const OptionFacts& option : command.options()) {
        add_entries(option, entry.options);
    }
    return entry;
}

} // namespace

std::vector<CommandEntry> command_tree(const Command& program) {
    std::vector<CommandEntry> tree = {entry_of(program)};
    tree.front().name.clear();
    for (const Command& command : program.commands()) {
        tree.push_back(entry_of(command));
    }
    return tree;
}

} // namespace knhk::tools
