// SPDX-License-Identifier: MIT
// `knhk resume`: a run goes on from a checkpoint, wherever it was taken.
#include <cstdio>

#include "tools/command.hpp"
#include "tools/command_options.hpp"
#include "tools/host/failure.hpp"
#include "tools/input/live_inputs.hpp"
#include "tools/run/checkpoint_file.hpp"
#include "tools/run/interrupt.hpp"
#include "tools/run/recorded_inputs.hpp"
#include "tools/run/recorded_run.hpp"
#include "tools/run/report.hpp"
#include "tools/run/resumed_log.hpp"
#include "tools/run/run.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "CHECKPOINT is a file, or the folder that --checkpoints named: then its last sound one. The "
    "run\n"
    "ends with the digest of the uninterrupted run, on any platform and with any workers, and\n"
    "executes no beat again. With --log naming the log that the run was writing, that log becomes "
    "what\n"
    "an uninterrupted run would have written; any other file becomes a log that begins here.\n"
    "Inputs from outside that the log holds are received again by the beats that received them;\n"
    "what comes by --input follows, behind the last of these beats.\n"
    "\n"
    "Examples:\n"
    "  knhk resume m.cp --log m.log\n"
    "  knhk resume m.cp --on qemu-x86_64 --workers 4 --log rest.log\n"
    "  knhk resume service.cp --log service.log --input unix:/run/tasks\n"
    "  knhk resume m.cp/beats-00000000000000000800.checkpoint --level digest";

struct ResumeOptions {
    std::string checkpoint;
    RunOptions run;
};

/// What the log goes on with, and what was in it behind that place.
struct ResumedLog {
    LogSink sink;
    std::optional<std::filesystem::path> copy = {}; ///< of a log with inputs from outside
};

/// The log goes on where it is that of this run; its level is then the run's. Inputs from outside
/// that it holds already were accepted: the run gets them again, from a copy that stays until it is
/// through.
ResumedLog open_log(RunOptions& run, const CheckpointFile& checkpoint, bool level_given) {
    if (!run.log) {
        return {LogSink::nowhere()};
    }
    const auto continuation = find_continuation(*run.log, checkpoint);
    if (!continuation) {
        return {LogSink::into_file(*run.log)};
    }
    constexpr const char* LEVELS[] = {"digest", "inputs", "full"};
    const char* level = LEVELS[static_cast<u32>(continuation->level)];
    if (level_given && run.level != level) {
        throw bad_input("{} is of level {}: leave --level out, or give another --log",
                        run.log->string(), level);
    }
    run.level = level;
    ResumedLog log{LogSink::continuing(*run.log, continuation->offset)};
    if (continuation->is_open && continuation->level != LogLevel::DigestOnly) {
        log.copy = run.log->string() + ".before-resume";
        std::filesystem::copy_file(*run.log, *log.copy,
                                   std::filesystem::copy_options::overwrite_existing);
        run.recorded = log.copy;
    }
    return log;
}

/// Those that a log holds behind the checkpoint; and behind the log's last beat, if there is a
/// source of them, those that come as they come.
void add_inputs(const RunOptions& run, const CheckpointFile& checkpoint, InputReport& report,
                RunChannels& channels) {
    if (run.recorded) {
        using Then = RecordedInputs::Then;
        channels.intake.push_back(std::make_unique<RecordedInputs>(
            *run.recorded, checkpoint.header.place.beat, run.input ? Then::Live : Then::Closed));
    }
    if (run.input) {
        channels.intake.push_back(open_live_inputs(run, report));
    }
}

ExitStatus resume(const ResumeOptions& options, bool level_given, bool timeout_given) {
    // A log whose end was lost is gone on with from where it comes to.
    const CheckpointFile checkpoint =
        find_checkpoint(options.checkpoint, [&options](const CheckpointFile& candidate) {
            return !options.run.log || reaches(*options.run.log, candidate);
        });
    RunOptions run = options.run;
    allow_time_for_inputs(run, timeout_given);
    ask_again(run, checkpoint.identity, checkpoint.workload, checkpoint.path.string());
    run.resume = true;
    if (const auto recorded = recorded_input(run)) {
        run.recorded = recorded;
        run.input.reset();
    }
    check(run);
    ResumedLog log = open_log(run, checkpoint, level_given);
    const ImageFile image = open_image(run);
    check_platform_is_installed(run);
    count_interrupts();
    const std::unique_ptr<CheckpointFolder> folder = open_checkpoints(run);
    RunChannels channels{log.sink, folder.get()};
    channels.intake.push_back(source_of(checkpoint));
    InputReport report;
    add_inputs(run, checkpoint, report, channels);
    RunResult result =
        run_image(run, image, channels, fmt::format("from beat {}", checkpoint.header.place.beat));
    if (run.input) {
        result.inputs = report;
    }
    if (log.copy) {
        std::filesystem::remove(*log.copy);
    }
    const u64 executed = result.figures.beats - checkpoint.header.place.beats;
    if (run.json) {
        auto object = to_json(result);
        object["checkpoint"] = checkpoint.path.string();
        object["beats_before"] = checkpoint.header.place.beats;
        object["beats_executed"] = executed;
        print_json(object);
        return ExitStatus::Ok;
    }
    fmt::print("{:<16}{}\n{:<16}{} before the checkpoint, {} executed\n{}", "checkpoint",
               checkpoint.path.string(), "beats", checkpoint.header.place.beats, executed,
               to_text(result));
    return ExitStatus::Ok;
}

} // namespace

void add_resume_command(Command& app, Action& action) {
    Command command = app.add_command("resume", "a run goes on from a checkpoint");
    const auto options = std::make_shared<ResumeOptions>();
    command.text("CHECKPOINT", options->checkpoint, "a checkpoint, or a folder of them").required();
    command.text("--log", options->run.log, "the log that was being written, or a new one")
        .value("FILE");
    const Option level =
        command.text("--level", options->run.level, "what a new log holds: digest, inputs, full")
            .value("digest|inputs|full");
    command
        .text("--input", options->run.input,
              "inputs from outside: log:FILE, those that this log holds behind the checkpoint; "
              "FILE, -, unix:PATH or tcp:HOST:PORT, as they come")
        .value("SOURCE");
    add_platform_options(command, options->run);
    add_checkpoint_options(command, options->run);
    add_roots_option(command, options->run);
    add_report_options(command, options->run);
    command.footer(FOOTER);
    command.when_chosen([options, level, command, &action] {
        action = [options, level, command] {
            return resume(*options, level.count() > 0, command.count("--timeout") > 0);
        };
    });
}

} // namespace knhk::tools
