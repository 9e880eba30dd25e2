// SPDX-License-Identifier: MIT
// `sched_bench`: the queues and the scheduler beside their peers, in one run. `knhk bench sched`
// becomes it.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iterator>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.hpp"
#include "bench/queues/rows.hpp"
#include "bench/scheduler/rows.hpp"

namespace knhk::bench {
namespace {

constexpr const char* FOOTER =
    "Every row is ours beside its peers, measured in turns; what could not be built or run says "
    "so.\n"
    "Takes under 15 minutes; leave the machine alone meanwhile, or begin with chrt -f 10, so that\n"
    "others do not interrupt it. Exit status: 0 measured; 1 with\n"
    "--strict, a bar was missed; 2 wrong usage; 3 the environment cannot do it.\n"
    "Examples:\n"
    "  knhk bench sched\n"
    "  knhk bench sched --filter WorkQueue --quick\n"
    "  knhk bench sched --json >results.json\n"
    "  knhk bench sched --plot growth.svg";

struct Arguments {
    Options options;
    bool json = false;
    bool strict = false;
};

void describe(CLI::App& app, Arguments& to) {
    app.footer(FOOTER);
    app.add_flag("--json", to.json, "print one object instead of a table");
    app.add_option("--filter", to.options.filter, "only rows whose name contains this")
        ->type_name("TEXT");
    app.add_flag("--quick", to.options.quick, "fewer runs of each");
    app.add_option("--plot", to.options.plot, "draw the growth rows into this file")
        ->type_name("FILE.svg");
    app.add_flag("--strict", to.strict, "exit status 1 when a bar is missed");
}

std::vector<Row> measure(const Options& options) {
    std::vector<Row> rows;
    for (const auto rows_of : {work_queue_rows, best_effort_rows, ordered_rows,
                               clock_and_barrier_rows, scheduler_rows}) {
        std::ranges::move(rows_of(options), std::back_inserter(rows));
    }
    return rows;
}

ExitStatus run(int argc, char** argv) {
    CLI::App app("The queues and the scheduler beside their peers.", "knhk bench sched");
    Arguments arguments;
    describe(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            app.exit(error); // --help
            return ExitStatus::Ok;
        }
        fmt::print(stderr, "knhk: error: {}: see 'knhk bench sched --help'\n", error.what());
        return ExitStatus::BadInput;
    }
    arguments.options.build_root =
        std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
    (void)usable_cpus(); // before anybody is pinned
    const std::vector<Row> rows = measure(arguments.options);
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
} // namespace knhk::bench

int main(int argc, char** argv) {
    try {
        return static_cast<int>(knhk::bench::run(argc, argv));
    } catch (const std::exception& error) {
        fmt::print(stderr, "knhk: error: {}\n", error.what());
        return static_cast<int>(knhk::ExitStatus::Environment);
    }
}
