// SPDX-License-Identifier: MIT
// `knhk run`: its options, and one run or several of which one digest is demanded.
#include <algorithm>
#include <array>
#include <cstdio>

#include "tools/command.hpp"
#include "tools/command_options.hpp"
#include "tools/demo.hpp"
#include "tools/host/failure.hpp"
#include "tools/input/live_inputs.hpp"
#include "tools/run/interrupt.hpp"
#include "tools/run/late_beat.hpp"
#include "tools/run/platform_runner.hpp"
#include "tools/run/recorded_inputs.hpp"
#include "tools/run/report.hpp"
#include "tools/run/run.hpp"
#include "tools/workload/workload_file.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER =
    "Without a workload or any other option that chooses one, 'knhk run' is the demo.\n"
    "\n"
    "Examples:\n"
    "  knhk run\n"
    "  knhk run ring --cores 16 --workers 2 --seed 7\n"
    "  knhk run fanout --on qemu-x86_64 --workers 4 --tasks 1000000 --log fanout.log\n"
    "  knhk run mixed --cores 16 --topology mesh:4x4:1:2 --stealing on\n"
    "  knhk run examples/pipeline.json --workers 2\n"
    "  knhk run ./pipeline.json --cores 4 --topology flat:2 --seed 9\n"
    "  knhk run pure --repeat 20 --json\n"
    "  knhk run mixed --cores 16 --workers 5 --claim dynamic --chaos 7\n"
    "  knhk run ring --beat-limit 2.5\n"
    "  knhk run mixed --tasks 10000000 --log m.log --checkpoints m.cp --checkpoint-every 1000\n"
    "  knhk run histogram --image histogram-x86_64.elf\n"
    "  knhk run mixed --workers 3 --roots nightly.roots\n"
    "  knhk run ./pipeline.json --input unix:/run/tasks --log service.log\n"
    "\n"
    "Exit status: 0 as asked; 1 a digest differs, or inputs were refused; 2 wrong input; 3 the\n"
    "environment cannot do it; 4 the run failed; 5 a beat took longer than --beat-limit allows.";

LogSink open_sink(const RunOptions& options) {
    return options.log ? LogSink::into_file(*options.log) : LogSink::nowhere();
}

std::string label_of(const RunOptions& options, u32 run) {
    std::string label = fmt::format("{} on {}", options.workload, name_of(options.platform));
    return options.repeat == 1 ? label
                               : fmt::format("{}, run {} of {}", label, run, options.repeat);
}

void check_equal(const RunResult& first, const RunResult& other, u32 run) {
    if (first.figures.digest != other.figures.digest) {
        throw check_says_no("runs 1 and {} of {} have different digests, {} and {}: record both "
                            "with --log and compare them",
                            run, first.options.repeat, first.figures.digest, other.figures.digest);
    }
}

/// With inputs that come while it goes on, from elsewhere than from a log.
RunResult run_with_inputs(const RunOptions& options, const ImageFile& image, LogSink sink) {
    InputReport report{.strict = options.input_strict};
    auto source = open_live_inputs(options, report);
    const std::unique_ptr<CheckpointFolder> checkpoints = open_checkpoints(options);
    RunChannels channels{sink, checkpoints.get()};
    channels.intake.push_back(std::move(source));
    RunResult result = run_image(options, image, channels, label_of(options, 1));
    result.inputs = report;
    return result;
}

RunResult run_once(const RunOptions& options, const ImageFile& image, RunChannels channels,
                   u32 run) {
    if (const auto log = recorded_input(options)) {
        channels.intake.push_back(std::make_unique<RecordedInputs>(*log));
    }
    return run_image(options, image, channels, label_of(options, run));
}

/// One run after the other; each must have the digest of the first.
RunResult run_repeatedly(const RunOptions& options, const ImageFile& image, LogSink first_sink) {
    const std::unique_ptr<CheckpointFolder> checkpoints = open_checkpoints(options);
    RunResult first = run_once(options, image, {first_sink, checkpoints.get()}, 1);
    RunResult last = first;
    for (u32 run = 2; run <= options.repeat; ++run) {
        if (interrupts() > 0) {
            throw run_failed("interrupted after run {} of {}: start it again", run - 1,
                             options.repeat);
        }
        LogSink sink = open_sink(options);
        last = run_once(options, image, {sink, checkpoints.get()}, run);
        if (interrupts() == 0) {
            check_equal(first, last, run);
        }
    }
    return last;
}

/// With --json, where the time went is an object too.
RunResult run_or_tell(const RunOptions& options, const ImageFile& image, LogSink sink) {
    try {
        return has_live_inputs(options) ? run_with_inputs(options, image, std::move(sink))
                                        : run_repeatedly(options, image, std::move(sink));
    } catch (const BeatTooLong& failure) {
        if (options.json) {
            print_json(to_json(failure));
        }
        throw;
    }
}

/// What the file says where the command line is silent.
void apply_file(const Command& command, RunOptions& options) {
    const auto says = [&command](const char* option) { return command.count(option) > 0; };
    if (says("--topology") && says("--latency")) {
        throw bad_input("--topology and --latency both say how far cores are apart: leave one out");
    }
    if (!names_workload_file(options.workload)) {
        return;
    }
    if (says("--tasks")) {
        throw bad_input("--tasks is for workloads by name: {} says its own inputs",
                        options.workload);
    }
    const WorkloadFile file = read_workload(options.workload);
    options.cores = says("--cores") ? options.cores : file.cores().value_or(options.cores);
    options.seed = says("--seed") ? options.seed : file.seed().value_or(options.seed);
    if (says("--latency")) {
        options.topology = fmt::format("flat:{}", options.latency);
    }
    const Topology topology = file.topology();
    if (!options.topology && topology.kind != TopologyKind::None &&
        !check_topology(topology, options.cores)) {
        throw bad_input("the topology of {} is not for --cores {}: give --topology too",
                        options.workload, options.cores);
    }
    options.kind_names = file.kind_names;
    options.packed_file = std::make_shared<const std::vector<std::byte>>(pack(file));
}

ExitStatus run_workload(const Command& command, RunOptions options) {
    apply_file(command, options);
    allow_time_for_inputs(options, command.count("--timeout") > 0);
    check(options);
    LogSink sink = open_sink(options);
    const ImageFile image = open_image(options);
    check_platform_is_installed(options);
    count_interrupts();
    const RunResult result = run_or_tell(options, image, std::move(sink));
    const bool all_taken = !result.inputs || result.inputs->refused == 0;
    const ExitStatus status = all_taken ? ExitStatus::Ok : ExitStatus::CheckSaysNo;
    if (options.json) {
        print_json(to_json(result));
        return status;
    }
    fmt::print("{}", to_text(result));
    if (options.repeat > 1) {
        fmt::print("{} runs, one digest\n", options.repeat);
    }
    return status;
}

void add_workload_options(Command& command, RunOptions& options) {
    command
        .text("workload,--workload", options.workload,
              "pure, ring, fanout (default), ordered, mixed, one of the image's own, or a "
              "file: FILE.json, or any path with a '/'")
        .value("pure|ring|fanout|ordered|mixed|FILE");
    add_number(command,
               {"--cores", 0, ANY_NUMBER >> 32, "logical cores: a power of two up to 256 (4)"},
               options.cores);
    add_number(command, {"--seed", 0, ANY_NUMBER, "seed of the run's random numbers (1)"},
               options.seed);
    add_number(command, {"--latency", 1, LATENCY_MAX, "beats that a message travels, up to 7 (1)"},
               options.latency);
    command
        .text("--topology", options.topology,
              "latencies between cores: flat:L, hierarchical:G,G:L,L,L, mesh:XxYxZ:L:H")
        .value("TEXT");
    command
        .text("--stealing", options.stealing,
              "whether idle cores take stateless tasks from others (off)")
        .value("on|off");
    add_number(command, {"--tasks", 1, TASKS_MAX, "size of the workload (10000)"}, options.tasks);
    command
        .word(
            "--beats",
            [&options](const std::string& text) {
                options.beats = parse_number_option("--beats", text, 1, ANY_NUMBER - 1);
            },
            "end after so many beats")
        .value("N");
    command
        .text("--input", options.input,
              "tasks for the run while it goes on, a line of JSON each: FILE, - (standard "
              "input), unix:PATH, tcp:HOST:PORT; or log:FILE, what a log recorded")
        .value("SOURCE");
    command.flag("--input-strict", options.input_strict,
                 "the first input that is refused ends the run");
    command.text("--level", options.level, "what the log holds: digest, inputs, full (full)")
        .value("digest|inputs|full");
}

void add_output_options(Command& command, RunOptions& options) {
    command.text("--log", options.log, "write the log here, and a manifest beside it")
        .value("FILE");
    add_checkpoint_options(command, options);
    add_number(command, {"--repeat", 1, REPEAT_MAX, "so many runs, which must have one digest"},
               options.repeat);
    add_roots_option(command, options);
    add_report_options(command, options);
}

/// Whether nothing was said about what to run.
bool asks_for_demo(const Command& command) {
    constexpr std::array ALSO_FOR_THE_DEMO = {"--json", "--quiet", "--timeout", "--image"};
    return std::ranges::all_of(command.options(), [&](const OptionFacts& option) {
        return option.count == 0 || std::ranges::find_first_of(ALSO_FOR_THE_DEMO, option.names) !=
                                        ALSO_FOR_THE_DEMO.end();
    });
}

} // namespace

void add_run_command(Command& app, Action& action) {
    Command command = app.add_command("run", "run a workload; without arguments, the demo");
    const auto options = std::make_shared<RunOptions>();
    add_workload_options(command, *options);
    add_platform_options(command, *options);
    add_output_options(command, *options);
    command.footer(FOOTER);
    command.when_chosen([command, options, &action] {
        action = [command, options] {
            return asks_for_demo(command) ? run_demo(*options) : run_workload(command, *options);
        };
    });
}

} // namespace knhk::tools
