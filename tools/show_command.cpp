// SPDX-License-Identifier: MIT
// `knhk show`: its options.
#include <string>
#include <vector>

#include "tools/command.hpp"
#include "tools/run/options.hpp"
#include "tools/views/show.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "Events come in canonical order: by beat, timestamp, core. The first column counts them from\n"
    "0, over the whole log: 'knhk prove --event' takes this number. A task's ticks are virtual;\n"
    "of a TaskStolen the core is named that it was taken from, of a Promotion the snapshot. With "
    "--json each line is one\n"
    "object with \"record\": event, beat, input or epoch. A --status is that of a TaskExecuted, "
    "or\n"
    "the level of a TaskEnqueued or TaskStolen: High, Normal, Low, ordered.\n"
    "\n"
    "Examples:\n"
    "  knhk show run.log | head\n"
    "  knhk show run.log --beat 700-701 --core 3\n"
    "  knhk show run.log --kind TaskExecuted --status GuardFailed --status OverBudget\n"
    "  knhk show run.log --task 4711 --json | jq .timestamp\n"
    "  knhk show run.log --beats --epochs\n"
    "  knhk show run.log --inputs";

constexpr u64 ANY = std::numeric_limits<u64>::max();

struct ShowWords {
    std::string log;
    std::string beats;
    std::string core;
    std::string task;
    std::string limit;
    std::vector<std::string> kinds;
    std::vector<std::string> statuses;
    ShowOptions options;
};

ShowOptions parsed(const ShowWords& words) {
    ShowOptions options = words.options;
    options.log = words.log;
    if (!words.beats.empty()) {
        options.beats = parse_beat_range(words.beats);
    }
    if (!words.core.empty()) {
        options.filter.core =
            static_cast<u32>(parse_number_option("--core", words.core, 0, CORES_MAX - 1));
    }
    if (!words.task.empty()) {
        options.filter.task_id = parse_number_option("--task", words.task, 0, ANY);
    }
    if (!words.limit.empty()) {
        options.limit = parse_number_option("--limit", words.limit, 1, ANY);
    }
    for (const std::string& kind : words.kinds) {
        options.filter.add_kind(kind);
    }
    for (const std::string& status : words.statuses) {
        options.filter.add_status(status);
    }
    return options;
}

ExitStatus show_file(const ShowWords& words) {
    const ShowOptions options = parsed(words);
    LogReader log = LogReader::open(options.log);
    ByteSink out = ByteSink::to_stdout();
    show_log(options, log, out);
    return ExitStatus::Ok;
}

void add_filters(Command& command, ShowWords& words) {
    command.text("--beat", words.beats, "only this beat, or these: A-B").value("A[-B]");
    command.text("--core", words.core, "only events of this core").value("N");
    command.text("--task", words.task, "only events of tasks with this id").value("ID");
    command.text("--kind", words.kinds, "only events of this kind; may be given again")
        .value("TaskEnqueued|TaskExecuted|StateChange|ExternalInput|TaskStolen|"
               "Promotion|Commit")
        .one_at_a_time();
    command.text("--status", words.statuses, "only events that end so; may be given again")
        .value("Ok|QueueFull|EmitLimit|InvalidTask|InvalidTimestamp|GuardFailed|OverBudget|"
               "Parked|StateDenied|NoObservation|NoSnapshot|NoBranch|Waits|Swallowed|High|Normal|"
               "Low|ordered|delta|promoted|"
               "refused|damaged")
        .one_at_a_time();
    command.text("--limit", words.limit, "so many rows, no more").value("N");
}

} // namespace

void add_show_command(Command& app, Action& action) {
    Command command = app.add_command("show", "a log's events in canonical order");
    const auto words = std::make_shared<ShowWords>();
    command.text("LOG", words->log, "a log that 'knhk run --log' wrote").required();
    add_filters(command, *words);
    ShowOptions& options = words->options;
    command.flag("--events", options.show_events, "events: the default, if nothing else is");
    command.flag("--beats", options.show_beats, "beats, which every level has");
    command.flag("--inputs", options.show_inputs, "inputs that came while the run went on");
    command.flag("--epochs", options.show_epochs, "what the lockchain took in");
    command.flag("--json", options.json, "JSON lines on stdout, nothing else");
    command.footer(FOOTER);
    command.when_chosen([words, &action] { action = [words] { return show_file(*words); }; });
}

} // namespace knhk::tools
