// SPDX-License-Identifier: MIT
// The command line as commands describe it, and what was found on it. Behind it stands CLI11, whose
// header takes longer to compile than all that a command does: command_line.cpp alone includes it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace knhk::tools {

/// Takes the word behind an option. It may throw Failure.
using TakeWord = std::function<void(const std::string& word)>;

/// What an option or a positional shows of itself.
struct OptionFacts {
    std::string positional;         ///< what it is called without dashes; empty: it needs its name
    std::vector<std::string> names; ///< "-o", "--output"
    std::string value;              ///< "FILE", "N", "a|b"; empty for a flag
    std::string help;
    bool is_required = false;
    std::size_t count = 0; ///< how often it was given
};

// Handles: what they stand for lives as long as its CommandLine.
class Option {
  public:
    /// What --help calls its value.
    Option& value(const char* name);
    Option& required();
    /// One value each time that it is given.
    Option& one_at_a_time();
    [[nodiscard]] std::size_t count() const;

  private:
    friend class Command;
    explicit Option(CLI::Option& option) : option_(&option) {}

    CLI::Option* option_;
};

class Command {
  public:
    Command add_command(const char* name, const char* help);
    Option flag(const char* names, bool& target, const char* help);
    Option text(const char* names, std::string& target, const char* help);
    Option text(const char* names, std::optional<std::string>& target, const char* help);
    Option text(const char* names, std::optional<std::filesystem::path>& target, const char* help);
    /// Any number of them.
    Option text(const char* names, std::vector<std::string>& target, const char* help);
    Option number(const char* names, std::optional<u64>& target, const char* help);
    Option word(const char* names, TakeWord take, const char* help);
    void footer(const char* text);

    void require_command();
    /// All that follows belongs to another program, --help too.
    void leave_rest();
    [[nodiscard]] std::vector<std::string> rest() const;
    /// Called while the command line is read.
    void when_chosen(std::function<void()> act);

    [[nodiscard]] std::string name() const;
    [[nodiscard]] std::string help() const;
    [[nodiscard]] std::string footer() const;
    [[nodiscard]] std::vector<OptionFacts> options() const;
    [[nodiscard]] std::vector<Command> commands() const;
    [[nodiscard]] std::size_t count(const std::string& option) const;

  protected:
    explicit Command(CLI::App& app) : app_(&app) {}

    CLI::App* app_;
};

/// Why a command line does not say what to do.
struct UsageError {
    std::string what;
    std::string command;              ///< that was chosen; empty when none was
    std::vector<std::string> unknown; ///< words that nobody took
};

enum class Usage : u8 {
    Right,
    HelpGiven, ///< --help or --version: it is on stdout
    Wrong,
};

/// The program itself.
class CommandLine : public Command {
  public:
    CommandLine(const char* description, const char* name);
    ~CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

    void version(const char* text);
    [[nodiscard]] Usage read(int argc, char** argv);
    /// When it is Wrong.
    [[nodiscard]] const UsageError& error() const { return error_; }

  private:
    explicit CommandLine(std::unique_ptr<CLI::App> app);

    std::unique_ptr<CLI::App> owned_;
    UsageError error_;
};

} // namespace knhk::tools
