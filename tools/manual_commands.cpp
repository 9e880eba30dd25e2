// SPDX-License-Identifier: MIT
// `knhk man-page` and `knhk completion`: what is made from the options of all commands.
#include <cstdio>

#include <fmt/format.h>

#include "tools/command.hpp"
#include "tools/host/failure.hpp"
#include "tools/manual/command_tree.hpp"

namespace knhk::tools {

namespace {

constexpr const char* MAN_FOOTER = "Examples:\n"
                                   "  knhk man-page | man -l -\n"
                                   "  knhk man-page > ~/.local/share/man/man1/knhk.1";

constexpr const char* COMPLETION_FOOTER =
    "Examples:\n"
    "  source <(knhk completion bash)\n"
    "  knhk completion bash > ~/.local/share/bash-completion/completions/knhk\n"
    "  knhk completion zsh > ~/.zfunc/_knhk";

ExitStatus print_completion(const Command& app, const std::string& shell) {
    if (shell != "bash" && shell != "zsh") {
        throw bad_input("unknown shell '{}': use bash or zsh", shell);
    }
    const auto tree = command_tree(app);
    fmt::print("{}", shell == "bash" ? bash_completion(tree) : zsh_completion(tree));
    return ExitStatus::Ok;
}

} // namespace

void add_man_page_command(Command& app, Action& action) {
    Command command = app.add_command("man-page", "print this command's manual page, in troff");
    command.footer(MAN_FOOTER);
    command.when_chosen([&app, &action] {
        action = [&app] {
            fmt::print("{}", man_page(command_tree(app), KNHK_VERSION));
            return ExitStatus::Ok;
        };
    });
}

void add_completion_command(Command& app, Action& action) {
    Command command = app.add_command("completion", "print what completes this command in a shell");
    const auto shell = std::make_shared<std::string>();
    command.text("SHELL", *shell, "bash or zsh").value("bash|zsh").required();
    command.footer(COMPLETION_FOOTER);
    command.when_chosen([&app, shell, &action] {
        action = [&app, shell] { return print_completion(app, *shell); };
    });
}

} // namespace knhk::tools
