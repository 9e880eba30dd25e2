// SPDX-License-Identifier: MIT
// `knhk compare`: two logs, one verdict.
#include <cstdio>

#include <fmt/format.h>

#include "tools/command.hpp"
#include "tools/log/log_compare.hpp"
#include "tools/run/report.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "Exit status 0 only for ExactMatch; 1 for MinorDifference (1 to 10 events, at equal length)\n"
    "and Diverged; 2 when a file cannot be read as a log.\n"
    "\n"
    "Examples:\n"
    "  knhk compare linux.log qemu.log\n"
    "  knhk compare a.log b.log --json";

struct CompareOptions {
    std::string a;
    std::string b;
    bool json = false;
};

ExitStatus compare_files(const CompareOptions& options) {
    LogReader a = LogReader::open(options.a);
    LogReader b = LogReader::open(options.b);
    const Comparison comparison = compare(a, b);
    if (options.json) {
        print_json(to_json(comparison));
    } else {
        fmt::print("{}", to_text(comparison));
    }
    return comparison.verdict == Verdict::ExactMatch ? ExitStatus::Ok : ExitStatus::CheckSaysNo;
}

} // namespace

void add_compare_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("compare", "compare two logs, event by event");
    const auto options = std::make_shared<CompareOptions>();
    command->add_option("A", options->a, "a log that 'knhk run --log' wrote")->required();
    command->add_option("B", options->b, "another")->required();
    command->add_flag("--json", options->json, "one JSON object on stdout, nothing else");
    command->footer(FOOTER);
    command->callback(
        [options, &action] { action = [options] { return compare_files(*options); }; });
}

} // namespace knhk::tools
