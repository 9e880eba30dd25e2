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
    "of a TaskStolen the core is named that it was taken from. With --json each line is one\n"
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

void add_filters(CLI::App& command, ShowWords& words) {
    command.add_option("--beat", words.beats, "only this beat, or these: A-B")->type_name("A[-B]");
    command.add_option("--core", words.core, "only events of this core")->type_name("N");
    command.add_option("--task", words.task, "only events of tasks with this id")->type_name("ID");
    command.add_option("--kind", words.kinds, "only events of this kind; may be given again")
        ->type_name("TaskEnqueued|TaskExecuted|StateChange|ExternalInput|TaskStolen")
        ->allow_extra_args(false);
    command.add_option("--status", words.statuses, "only events that end so; may be given again")
        ->type_name("Ok|QueueFull|EmitLimit|InvalidTask|InvalidTimestamp|GuardFailed|OverBudget|"
                    "Parked|StateDenied|NoObservation|High|Normal|Low|ordered")
        ->allow_extra_args(false);
    command.add_option("--limit", words.limit, "so many rows, no more")->type_name("N");
}

} // namespace

void add_show_command(CLI::App& app, Action& action) {
    CLI::App* const command = app.add_subcommand("show", "a log's events in canonical order");
    const auto words = std::make_shared<ShowWords>();
    command->add_option("LOG", words->log, "a log that 'knhk run --log' wrote")->required();
    add_filters(*command, *words);
    ShowOptions& options = words->options;
    command->add_flag("--events", options.show_events, "events: the default, if nothing else is");
    command->add_flag("--beats", options.show_beats, "beats, which every level has");
    command->add_flag("--inputs", options.show_inputs, "inputs that came while the run went on");
    command->add_flag("--epochs", options.show_epochs, "what the lockchain took in");
    command->add_flag("--json", options.json, "JSON lines on stdout, nothing else");
    command->footer(FOOTER);
    command->callback([words, &action] { action = [words] { return show_file(*words); }; });
}

} // namespace knhk::tools
