// SPDX-License-Identifier: MIT
// `knhk trace`: its options.
#include <cstdio>

#include <fmt/format.h>

#include "tools/command.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/event_names.hpp"
#include "tools/run/report.hpp"
#include "tools/views/trace.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "Open the file with https://ui.perfetto.dev or chrome://tracing. The clock is logical time, a\n"
    "microsecond for each unit, not how long anything took: docs/trace.md. Below --level full\n"
    "there are beats alone.\n"
    "\n"
    "Examples:\n"
    "  knhk trace run.log -o run.pftrace\n"
    "  knhk trace run.log -o run.json --format chrome --beat 700-720";

struct TraceCommandOptions {
    std::string log;
    std::string output;
    std::string format = "perfetto";
    std::string beats;
    bool json = false;
    bool quiet = false;
};

std::unique_ptr<TraceSink> make_sink(const std::string& format, ByteSink& out) {
    return format == "chrome" ? make_chrome_sink(out) : make_perfetto_sink(out);
}

void print_figures(const TraceCommandOptions& options, const TraceFigures& figures,
                   u64 size_bytes) {
    if (options.json) {
        print_json({{"trace", options.output},
                    {"format", options.format},
                    {"beats", figures.beats},
                    {"events", figures.events},
                    {"still_waiting", figures.still_waiting},
                    {"size_bytes", size_bytes}});
        return;
    }
    fmt::print("{}: {} beats, {} events, {} tasks still waiting at the end, {} bytes\n",
               options.output, figures.beats, figures.events, figures.still_waiting, size_bytes);
}

ExitStatus write_trace(const TraceCommandOptions& options) {
    if (options.format != "perfetto" && options.format != "chrome") {
        throw bad_input("unknown --format '{}': use perfetto or chrome", options.format);
    }
    if (options.output == "-" && options.json) {
        throw bad_input("--json and the trace cannot share stdout: give -o a file");
    }
    TraceOptions trace;
    trace.quiet = options.quiet;
    if (!options.beats.empty()) {
        trace.beats = parse_beat_range(options.beats);
    }
    LogReader log = LogReader::open(options.log);
    if (log.level() != LogLevel::Full) {
        say_note(fmt::format("{} is of level {} and holds no events: the trace has beats alone",
                             log.name(), level_name(log.level())));
    }
    ByteSink out = ByteSink::into_file(options.output, options.log);
    const auto sink = make_sink(options.format, out);
    const TraceFigures figures = trace_log(log, trace, out, *sink);
    if (options.output != "-") {
        print_figures(options, figures, out.size_bytes());
    }
    return ExitStatus::Ok;
}

} // namespace

void add_trace_command(Command& app, Action& action) {
    Command command = app.add_command("trace", "a log as a trace for Perfetto's viewer");
    const auto options = std::make_shared<TraceCommandOptions>();
    command.text("LOG", options->log, "a log that 'knhk run --log' wrote").required();
    command.text("-o,--output", options->output, "the trace; '-' is stdout")
        .value("FILE")
        .required();
    command.text("--format", options->format, "Perfetto's protobuf (default), or JSON")
        .value("perfetto|chrome");
    command.text("--beat", options->beats, "only this beat, or these: A-B").value("A[-B]");
    command.flag("--json", options->json, "one JSON object on stdout, nothing else");
    command.flag("--quiet", options->quiet, "no progress");
    command.footer(FOOTER);
    command.when_chosen(
        [options, &action] { action = [options] { return write_trace(*options); }; });
}

} // namespace knhk::tools
