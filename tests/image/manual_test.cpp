// SPDX-License-Identifier: MIT
// The manual page and the completions know every command and option, because they are made from
// them; and the programs that read them have no complaint.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/command.hpp"

namespace knhk::test {
namespace {

bool is_installed(const std::string& program) {
    return run_command({"sh", "-c", "command -v " + program}).status == 0;
}

/// Words of a text that begin with `prefix`, up to the first character that no option has.
std::set<std::string> words_with(const std::string& text, const std::string& prefix) {
    std::set<std::string> words;
    for (std::size_t at = text.find(prefix); at != std::string::npos;
         at = text.find(prefix, at + 1)) {
        const std::size_t end =
            text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at + prefix.size());
        words.insert(text.substr(at, end - at));
    }
    return words;
}

/// The commands that --help lists, each at the beginning of a line of its last section.
std::vector<std::string> commands() {
    const std::string help = knhk({"--help"}).out;
    std::vector<std::string> names;
    for (const std::string& line : lines_of(help.substr(help.find("Subcommands:")))) {
        if (line.starts_with("  ") && line[2] != ' ') {
            names.push_back(line.substr(2, line.find(' ', 2) - 2));
        }
    }
    return names;
}

/// What bash offers for these words.
std::vector<std::string> completed(const std::vector<std::string>& words) {
    std::vector<std::string> command = {
        "bash", "-c",
        R"(source <("$KNHK_COMMAND" completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1));
           _knhk; printf '%s\n' "${COMPREPLY[@]}")",
        "bash"};
    command.insert(command.end(), words.begin(), words.end());
    const auto result = run_command(command);
    EXPECT_EQ(result.err, "");
    return lines_of(result.out);
}

using Words = std::vector<std::string>;

TEST(Manual, page_has_every_command_and_option) {
    std::string page = knhk({"man-page"}).out;
    std::erase(page, '\\');
    ASSERT_GE(commands().size(), 15);
    for (const std::string& command : commands()) {
        EXPECT_NE(page.find(".SS \"knhk " + command + "\""), std::string::npos) << command;
        if (command == "check-model") {
            continue; // its options are another program's, which says them itself
        }
        for (const std::string& option : words_with(knhk({command, "--help"}).out, "--")) {
            EXPECT_NE(page.find(option), std::string::npos) << command << " " << option;
        }
    }
}

TEST(Manual, troff_has_no_complaint) {
    if (!is_installed("groff")) {
        GTEST_SKIP() << "groff is not installed";
    }
    const Folder folder;
    const std::string page = knhk({"man-page"}).out;
    write_file(folder.file("knhk.1"), page);
    const auto result = run_command({"groff", "-man", "-ww", "-Tutf8", folder.file("knhk.1")});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    // It does complain of a page that it cannot read.
    write_file(folder.file("knhk.1"), page + ".nonsense\n");
    EXPECT_NE(run_command({"groff", "-man", "-ww", "-Tutf8", folder.file("knhk.1")}).err, "");
}

TEST(Manual, bash_completes_commands_options_and_values) {
    EXPECT_EQ(completed({"knhk", "sh"}), Words{"show"});
    EXPECT_EQ(completed({"knhk", "show", "--ki"}), Words{"--kind"});
    EXPECT_EQ(completed({"knhk", "show", "--kind", "TaskE"}),
              (Words{"TaskEnqueued", "TaskExecuted"}));
    EXPECT_EQ(completed({"knhk", "run", "--on", ""}),
              (Words{"linux", "linux-aarch64", "linux-riscv64", "qemu-x86_64", "qemu-aarch64",
                     "qemu-riscv64"}));
    EXPECT_EQ(completed({"knhk", "trace", "x", "--format", "c"}), Words{"chrome"});
    EXPECT_EQ(completed({"knhk", "run", "--cores", ""}), Words{});
}

TEST(Manual, bash_completes_files_with_blanks) {
    const Folder folder;
    write_file(folder.file("a b.log"), "");
    EXPECT_EQ(completed({"knhk", "stats", folder.file("a")}), Words{folder.file("a b.log")});
    EXPECT_EQ(completed({"knhk", "run", "--log", folder.file("a")}), Words{folder.file("a b.log")});
}

TEST(Manual, both_completions_know_every_command) {
    for (const std::string shell : {"bash", "zsh"}) {
        const std::string script = knhk({"completion", shell}).out;
        for (const std::string& command : commands()) {
            EXPECT_NE(script.find("    " + command + ")"), std::string::npos) << shell << command;
        }
        if (is_installed(shell)) {
            const Folder folder;
            write_file(folder.file("script"), script);
            EXPECT_EQ(run_command({shell, "-n", folder.file("script")}).status, 0);
        }
    }
    EXPECT_EQ(knhk({"completion", "fish"}).status, 2);
}

} // namespace
} // namespace knhk::test
