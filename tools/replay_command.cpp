// SPDX-License-Identifier: MIT
// `knhk replay`: a recorded run is executed again, and checked beat by beat as it goes.
#include <cstdio>

#include "tools/command.hpp"
#include "tools/command_options.hpp"
#include "tools/host/failure.hpp"
#include "tools/log/hex_text.hpp"
#include "tools/replay/replay_check.hpp"
#include "tools/run/checkpoint_file.hpp"
#include "tools/run/interrupt.hpp"
#include "tools/run/recorded_inputs.hpp"
#include "tools/run/recorded_run.hpp"
#include "tools/run/report.hpp"
#include "tools/run/run.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "LOG is of level inputs or full. The run is executed again, "
    "anywhere and with any workers, from\n"
    "what the log says of it; each beat must be the recorded one. It "
    "ends at the first difference and\n"
    "explains it. Exit status 0 when there is none, 1 when there is, or when the "
    "log is damaged.\n"
    "\n"
    "Examples:\n"
    "  knhk replay m.log\n"
    "  knhk replay m.log --on qemu-x86_64 --workers 4\n"
    "  knhk replay m.log --until 700\n"
    "  knhk replay m.log --from 9000 --checkpoints m.cp --until 9100";

struct ReplayOptions {
    std::string log;
    RunOptions run;
    std::optional<u64> from;
    std::optional<u64> until;
};

struct Replay {
    ReplayOutcome outcome = ReplayOutcome::Running;
    u64 beats_checked = 0;
    u64 beats_executed = 0;
    std::optional<u64> last_beat;
    std::string run_digest; ///< after it
    std::optional<CheckpointFile> from;
    std::optional<Comparison> difference;
    std::optional<std::string> damage; ///< of the log, behind what is equal
    u64 elapsed_ns = 0;

    [[nodiscard]] bool is_match() const { return !difference && !damage; }
};

std::optional<CheckpointFile> checkpoint_before(const ReplayOptions& options,
                                                const LogReader& recorded) {
    if (!options.from) {
        return std::nullopt;
    }
    if (!options.run.checkpoints) {
        throw bad_input("--from needs checkpoints of the run: name their folder by --checkpoints");
    }
    CheckpointFile checkpoint =
        find_checkpoint(*options.run.checkpoints, [&options](const CheckpointFile& candidate) {
            return candidate.header.place.beat <= *options.from;
        });
    if (checkpoint.header.place.beat > *options.from) {
        throw bad_input("{} is of beat {}, behind --from {}: name an earlier one",
                        checkpoint.path.string(), checkpoint.header.place.beat, *options.from);
    }
    if (!(checkpoint.header.identity_hash == recorded.prologue().header.identity_hash)) {
        throw bad_input("{} is a checkpoint of another run than {}: name the folder of this one",
                        checkpoint.path.string(), options.log);
    }
    return checkpoint;
}

/// Asks for the run that the log says.
RunOptions options_for(const ReplayOptions& options, const LogReader& recorded) {
    if (recorded.level() == LogLevel::DigestOnly) {
        throw bad_input(
            "{} is of level digest, which has no inputs: record at level inputs or full",
            options.log);
    }
    RunOptions run = options.run;
    const LogPrologue& prologue = recorded.prologue();
    ask_again(run, prologue.identity, prologue.workload, options.log);
    run.level = recorded.level() == LogLevel::Full ? "full" : "inputs";
    run.checkpoints.reset(); // those are read here, not written
    if (options.until) {
        run.beats = *options.until + 1; // there are no more up to there
    }
    return run;
}

Replay replay(const ReplayOptions& options) {
    LogReader recorded = LogReader::open(options.log);
    RunOptions run = options_for(options, recorded);
    Replay result;
    result.from = checkpoint_before(options, recorded);
    run.resume = result.from.has_value();
    const bool is_open = (recorded.prologue().header.flags & LOG_FLAG_OPEN) != 0;
    if (is_open) {
        run.input = "log:" + options.log;
    }
    check(run);
    const ImageFile image = open_image(run);
    check_platform_is_installed(run);
    count_interrupts();
    ReplayCheck checker(recorded, options.until);
    LogSink sink =
        LogSink::to([&checker](std::span<const std::byte> bytes) { return checker.take(bytes); });
    RunChannels channels{sink};
    if (result.from) {
        channels.intake.push_back(source_of(*result.from));
    }
    if (is_open) {
        const auto after =
            result.from ? std::optional(result.from->header.place.beat) : std::nullopt;
        channels.intake.push_back(std::make_unique<RecordedInputs>(options.log, after));
    }
    const RunResult done = run_image(run, image, channels, "replaying " + options.log);
    const u64 beats_before = result.from ? result.from->header.place.beats : 0;
    result.elapsed_ns = done.elapsed_ns;
    result.beats_executed = done.figures.beats - beats_before;
    if (interrupts() > 0 && checker.outcome() == ReplayOutcome::Running) {
        throw run_failed("interrupted after {} beats, all equal: start it again",
                         checker.beats_checked());
    }
    result.outcome = checker.outcome();
    result.beats_checked = checker.beats_checked();
    result.last_beat = checker.last_beat();
    result.run_digest = digest_text(checker.digest());
    if (result.outcome == ReplayOutcome::Different) {
        result.difference = checker.difference();
    }
    if (result.outcome == ReplayOutcome::Damaged) {
        result.damage = recorded.damage()->text();
    }
    return result;
}

const char* text_of(ReplayOutcome outcome) {
    switch (outcome) {
    case ReplayOutcome::Equal:
        return "equal to its end";
    case ReplayOutcome::Until:
        return "equal until there";
    case ReplayOutcome::CutEqual:
        return "equal as far as the log, which was cut, goes";
    case ReplayOutcome::Damaged:
        return "equal up to where the log is damaged";
    case ReplayOutcome::Different:
        return "different";
    case ReplayOutcome::Running:
        break;
    }
    return "not ended";
}

void print(const ReplayOptions& options, const Replay& result) {
    if (options.run.json) {
        Json object;
        object["log"] = options.log;
        object["match"] = result.is_match();
        object["outcome"] = text_of(result.outcome);
        object["beats_checked"] = result.beats_checked;
        object["beats_executed"] = result.beats_executed;
        object["last_beat"] = Json::from(result.last_beat);
        object["run_digest"] = result.run_digest;
        object["checkpoint"] = result.from ? Json(result.from->path.string()) : nullptr;
        object["difference"] = result.difference ? to_json(*result.difference) : nullptr;
        object["damage"] = result.damage ? Json(*result.damage) : nullptr;
        object["elapsed_ns"] = result.elapsed_ns;
        print_json(object);
        return;
    }
    if (result.from) {
        fmt::print("from the checkpoint at beat {}: {}\n", result.from->header.place.beat,
                   result.from->path.string());
    }
    if (result.difference) {
        fmt::print("{}", to_text(*result.difference));
    }
    fmt::print("{}: {} beats executed, {} checked", options.log, result.beats_executed,
               result.beats_checked);
    fmt::print("{}, {}\n",
               result.last_beat ? fmt::format(", the last is {}", *result.last_beat) : "",
               text_of(result.outcome));
    if (result.damage) {
        fmt::print("damaged: {}\n", *result.damage);
    }
    fmt::print("run digest there {}\n", result.run_digest);
}

ExitStatus run_replay(const ReplayOptions& options) {
    const Replay result = replay(options);
    print(options, result);
    return result.is_match() ? ExitStatus::Ok : ExitStatus::CheckSaysNo;
}

} // namespace

void add_replay_command(Command& app, Action& action) {
    Command command =
        app.add_command("replay", "execute a recorded run again, and check it beat by beat");
    const auto options = std::make_shared<ReplayOptions>();
    const auto add_beat = [&command](const char* name, std::optional<u64>& to, const char* help) {
        command
            .word(
                name,
                [&to, name](const std::string& text) {
                    to = parse_number_option(name, text, 0, ANY_NUMBER - 1);
                },
                help)
            .value("BEAT");
    };
    command.text("LOG", options->log, "a log that 'knhk run --log' wrote").required();
    add_beat("--until", options->until, "stop behind this beat");
    add_beat("--from", options->from, "begin with the last checkpoint before this beat");
    command.text("--checkpoints", options->run.checkpoints, "the run's checkpoints, for --from")
        .value("DIR");
    add_platform_options(command, options->run);
    add_roots_option(command, options->run);
    add_report_options(command, options->run);
    command.footer(FOOTER);
    command.when_chosen(
        [options, &action] { action = [options] { return run_replay(*options); }; });
}

} // namespace knhk::tools
