// SPDX-License-Identifier: MIT
// `knhk stats`: its options.
#include <cstdio>

#include <fmt/format.h>

#include "tools/command.hpp"
#include "tools/run/report.hpp"
#include "tools/views/stats.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "The determinism ratio is that of events that follow from others to all events: only an\n"
    "ExternalInput does not. Below --level full a log holds no events, and what only they tell is\n"
    "left out. Promotions of snapshots are counted by what became of the request, and by "
    "snapshot:\n"
    "its number in the workload, 'loaded' or 'before', and the id of the last that was promoted "
    "as\n"
    "such. Different ids of tasks are counted up to 4 million and estimated beyond. The\n"
    "lockchain's root is what 'knhk check-proof --root' takes.\n"
    "\n"
    "Examples:\n"
    "  knhk stats run.log\n"
    "  knhk stats run.log --json | jq .lockchain_root";

struct StatsOptions {
    std::string log;
    bool json = false;
    bool quiet = false;
};

ExitStatus print_stats(const StatsOptions& options) {
    LogReader log = LogReader::open(options.log);
    const LogStats stats = stats_of(log, options.quiet);
    if (options.json) {
        print_json(to_json(stats));
    } else {
        fmt::print("{}", to_text(stats));
    }
    return ExitStatus::Ok;
}

} // namespace

void add_stats_command(Command& app, Action& action) {
    Command command = app.add_command("stats", "what a log holds, counted");
    const auto options = std::make_shared<StatsOptions>();
    command.text("LOG", options->log, "a log that 'knhk run --log' wrote").required();
    command.flag("--json", options->json, "one JSON object on stdout, nothing else");
    command.flag("--quiet", options->quiet, "no progress");
    command.footer(FOOTER);
    command.when_chosen(
        [options, &action] { action = [options] { return print_stats(*options); }; });
}

} // namespace knhk::tools
