// SPDX-License-Identifier: MIT
// What every program of the bench does: its options, its rows, its table.
#include "bench/program.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iterator>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.hpp"

namespace knhk::bench {
namespace {

struct Arguments {
    Options options;
    bool json = false;
    bool strict = false;
};

void describe(CLI::App& app, const BenchProgram& program, Arguments& to) {
    app.footer(program.footer);
    app.add_flag("--json", to.json, "print one object instead of a table");
    app.add_option("--filter", to.options.filter, "only rows whose name contains this")
        ->type_name("TEXT");
    app.add_flag("--quick", to.options.quick, "fewer runs of each");
    app.add_option("--plot", to.options.plot, "draw the growth rows into this file")
        ->type_name("FILE.svg");
    app.add_flag("--strict", to.strict, "exit status 1 when a bar is missed");
}

std::vector<Row> measure(const BenchProgram& program, const Options& options) {
    std::vector<Row> rows;
    for (const auto rows_of : program.rows) {
        std::ranges::move(rows_of(options), std::back_inserter(rows));
    }
    return rows;
}

ExitStatus run(const BenchProgram& program, int argc, char** argv) {
    CLI::App app(program.description, program.command);
    Arguments arguments;
    describe(app, program, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            app.exit(error); // --help
            return ExitStatus::Ok;
        }
        fmt::print(stderr, "knhk: error: {}: see '{} --help'\n", error.what(), program.command);
        return ExitStatus::BadInput;
    }
    arguments.options.build_root =
        std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
    (void)usable_cpus(); // before anybody is pinned
    const std::vector<Row> rows = measure(program, arguments.options);
    if (rows.empty()) {
        fmt::print(stderr, "knhk: error: no row's name contains '{}': try without --filter\n",
                   arguments.options.filter);
        return ExitStatus::BadInput;
    }
    arguments.json ? print_json(rows) : print_table(rows);
    const bool missed =
        std::ranges::any_of(rows, [](const Row& row) { return row.has_bar() && !row.holds(); });
    return arguments.strict && missed ? ExitStatus::CheckSaysNo : ExitStatus::Ok;
}

} // namespace

int bench_main(const BenchProgram& program, int argc, char** argv) {
    try {
        return static_cast<int>(run(program, argc, argv));
    } catch (const std::exception& error) {
        fmt::print(stderr, "knhk: error: {}\n", error.what());
        return static_cast<int>(ExitStatus::Environment);
    }
}

} // namespace knhk::bench
