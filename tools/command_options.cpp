// SPDX-License-Identifier: MIT
#include "tools/command_options.hpp"

#include "tools/host/failure.hpp"

namespace knhk::tools {

void add_platform_options(Command& command, RunOptions& options) {
    add_number(command, {"--workers", 0, ANY_NUMBER >> 32, "harts or threads that run them (1)"},
               options.workers);
    command
        .word(
            "--on",
            [&options](const std::string& text) { options.platform = parse_platform(text); },
            "a process of this machine (linux, the default), or a machine that QEMU emulates")
        .value(fmt::format("{}", fmt::join(platform_names(), "|")).c_str());
    command.text("--image", options.image, "the image to run (the built one)").value("FILE");
    add_number(command,
               {"--timeout", 1, TIMEOUT_SECONDS_MAX, "time limit of a run in seconds (300)"},
               options.timeout_seconds);
    command
        .word(
            "--beat-limit",
            [&options](const std::string& text) {
                options.beat_limit_ms = parse_beat_limit_option(text);
            },
            "end a run, with status 5 and the task's name, when one beat takes longer (none)")
        .value("SECONDS");
    command
        .text("--claim", options.claim,
              "which worker runs which core: static (default), or dynamic, whoever is free")
        .value("static|dynamic");
    add_number(command,
               {"--chaos", 0, ANY_NUMBER, "seed of delays wherever workers meet (0: none)"},
               options.chaos);
    command
        .text("--isa", options.isa,
              "instruction set of the query kernels (auto: the machine's best)")
        .value("auto|scalar|avx2|avx512|neon|rvv");
    command.flag("--telemetry", options.telemetry, "tell cycles of beats and barriers");
    command
        .word(
            "--drain",
            [&options](const std::string& text) {
                if (text != "shared" && text != "console") {
                    throw bad_input("unknown --drain '{}': use shared or console", text);
                }
                options.drain_shared = text == "shared";
            },
            "how the log leaves: shared memory (default) or digests on the console")
        .value("shared|console");
    add_number(command, {"--memory", MEMORY_MIB_MIN, MEMORY_MIB_MAX, "MiB of RAM, QEMU only (512)"},
               options.memory_mib);
    command.text("--accel", options.accelerator, "tcg (default) or kvm, QEMU only")
        .value("tcg|kvm");
    command.text("--machine", options.machine, "QEMU's machine type (q35 on x86_64), QEMU only")
        .value("NAME");
    command.text("--cpu", options.cpu, "the processor as QEMU names it (max, rv64), QEMU only")
        .value("NAME");
}

void add_checkpoint_options(Command& command, RunOptions& options) {
    command
        .text("--checkpoints", options.checkpoints,
              "a folder for checkpoints: SIGUSR1 asks for one; 'knhk resume' goes on from it")
        .value("DIR");
    command
        .word(
            "--checkpoint-every",
            [&options](const std::string& text) {
                options.checkpoint_beats =
                    parse_number_option("--checkpoint-every", text, 1, ANY_NUMBER - 1);
            },
            "a checkpoint every so many beats, at the end of the epoch")
        .value("BEATS");
    add_number(command, {"--checkpoint-keep", 1, REPEAT_MAX, "the last so many stay (2)"},
               options.checkpoints_kept);
}

void add_roots_option(Command& command, RunOptions& options) {
    command
        .text("--roots", options.roots,
              "append what the run came to: 'knhk roots' lists and checks this file")
        .value("FILE");
}

void add_report_options(Command& command, RunOptions& options) {
    command.flag("--json", options.json, "one JSON object on stdout, nothing else");
    command.flag("--quiet", options.quiet, "no progress");
}

} // namespace knhk::tools
