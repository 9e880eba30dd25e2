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
OptionEntry entry_of(const CLI::Option& option) {
    OptionEntry entry;
    entry.help = option.get_description();
    entry.is_required = option.get_required();
    if (option.get_items_expected_max() > 0) {
        entry.value = option.get_type_name();
        entry.choices = choices_of(entry.value);
        const auto removed = std::ranges::remove_if(entry.choices, names_file);
        entry.takes_file = names_file(entry.value) || !removed.empty();
        entry.choices.erase(removed.begin(), removed.end());
    }
    return entry;
}

void add_entries(const CLI::Option& option, std::vector<OptionEntry>& to) {
    if (option.get_positional()) {
        OptionEntry& entry = to.emplace_back(entry_of(option));
        entry.is_positional = true;
        entry.names = {option.get_name(true)};
        entry.takes_file = entry.takes_file || names_file(entry.names.front());
    }
    if (option.nonpositional()) {
        OptionEntry& entry = to.emplace_back(entry_of(option));
        for (const std::string& name : option.get_snames()) {
            entry.names.push_back("-" + name);
        }
        for (const std::string& name : option.get_lnames()) {
            entry.names.push_back("--" + name);
        }
    }
}

CommandEntry entry_of(const CLI::App& command) {
    CommandEntry entry{command.get_name(), command.get_description(), command.get_footer(), {}};
    for (const CLI::Option* const option : command.get_options()) {
        add_entries(*option, entry.options);
    }
    return entry;
}

} // namespace

std::vector<CommandEntry> command_tree(const CLI::App& app) {
    std::vector<CommandEntry> tree = {entry_of(app)};
    tree.front().name.clear();
    for (const CLI::App* const command : app.get_subcommands({})) {
        tree.push_back(entry_of(*command));
    }
    return tree;
}

} // namespace knhk::tools
