// SPDX-License-Identifier: MIT
#include "tools/host/command_line.hpp"

#include <CLI/CLI.hpp>

namespace knhk::tools {

namespace {

OptionFacts facts_of(const CLI::Option& option) {
    OptionFacts facts;
    facts.positional = option.get_positional() ? option.get_name(true) : "";
    for (const std::string& name : option.get_snames()) {
        facts.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
        facts.names.push_back("--" + name);
    }
    facts.value = option.get_items_expected_max() > 0 ? option.get_type_name() : "";
    facts.help = option.get_description();
    facts.is_required = option.get_required();
    facts.count = option.count();
    return facts;
}

} // namespace

Option& Option::value(const char* name) {
    option_->type_name(name);
    return *this;
}

Option& Option::required() {
    option_->required();
    return *this;
}

Option& Option::one_at_a_time() {
    option_->allow_extra_args(false);
    return *this;
}

std::size_t Option::count() const {
    return option_->count();
}

Command Command::add_command(const char* name, const char* help) {
    return Command(*app_->add_subcommand(name, help));
}

Option Command::flag(const char* names, bool& target, const char* help) {
    return Option(*app_->add_flag(names, target, help));
}

Option Command::text(const char* names, std::string& target, const char* help) {
    return Option(*app_->add_option(names, target, help));
}

Option Command::text(const char* names, std::optional<std::string>& target, const char* help) {
    return Option(*app_->add_option(names, target, help));
}

Option Command::text(const char* names, std::optional<std::filesystem::path>& target,
                     const char* help) {
    return Option(*app_->add_option(names, target, help));
}

Option Command::text(const char* names, std::vector<std::string>& target, const char* help) {
    return Option(*app_->add_option(names, target, help));
}

Option Command::number(const char* names, std::optional<u64>& target, const char* help) {
    return Option(*app_->add_option(names, target, help));
}

Option Command::word(const char* names, TakeWord take, const char* help) {
    return Option(*app_->add_option_function<std::string>(names, take, help));
}

void Command::footer(const char* text) {
    app_->footer(text);
}

void Command::require_command() {
    app_->require_subcommand(1);
}

void Command::leave_rest() {
    app_->prefix_command();
    app_->set_help_flag();
}

std::vector<std::string> Command::rest() const {
    return app_->remaining();
}

void Command::when_chosen(std::function<void()> act) {
    app_->callback(std::move(act));
}

std::string Command::name() const {
    return app_->get_name();
}

std::string Command::help() const {
    return app_->get_description();
}

std::string Command::footer() const {
    return app_->get_footer();
}

std::vector<OptionFacts> Command::options() const {
    std::vector<OptionFacts> all;
    for (const CLI::Option* const option : app_->get_options()) {
        all.push_back(facts_of(*option));
    }
    return all;
}

std::vector<Command> Command::commands() const {
    std::vector<Command> all;
    for (CLI::App* const command : app_->get_subcommands({})) {
        all.push_back(Command(*command));
    }
    return all;
}

std::size_t Command::count(const std::string& option) const {
    return app_->count(option);
}

CommandLine::CommandLine(const char* description, const char* name)
    : CommandLine(std::make_unique<CLI::App>(description, name)) {}

CommandLine::CommandLine(std::unique_ptr<CLI::App> app) : Command(*app), owned_(std::move(app)) {}

CommandLine::~CommandLine() = default;

void CommandLine::version(const char* text) {
    app_->set_version_flag("--version", text);
}

Usage CommandLine::read(int argc, char** argv) {
    try {
        app_->parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            app_->exit(error); // prints what was asked for
            return Usage::HelpGiven;
        }
        const std::vector<CLI::App*> chosen = app_->get_subcommands();
        error_ = {error.what(), chosen.empty() ? "" : chosen.front()->get_name(),
                  app_->remaining()};
        return Usage::Wrong;
    }
    return Usage::Right;
}

} // namespace knhk::tools
