// SPDX-License-Identifier: MIT
// `knhk bench`: becomes a program of bench/, which is built only when it is asked for. Its options
// are its own.
#include "tools/command.hpp"
#include "tools/host/failure.hpp"
#include "tools/host/process.hpp"
#include "tools/run/installation.hpp"

namespace knhk::tools {

namespace {

constexpr const char* FOOTER = "Examples:\n"
                               "  knhk bench sched\n"
                               "  knhk bench sched --filter WorkQueue --quick\n"
                               "  knhk bench sched --json >results.json\n"
                               "  knhk bench sched --help\n"
                               "  knhk bench isa --filter CONSTRUCT8\n"
                               "  knhk bench beat\n"
                               "  knhk bench replay";

ExitStatus run(const std::string& program, const std::vector<std::string>& arguments) {
    std::vector<std::string> command{(build_root() / "bench" / program).string()};
    if (!is_installed(command[0])) {
        throw bad_environment("{} is missing: build it with ninja -C {} bench/{}", command[0],
                              build_root().string(), program);
    }
    command.insert(command.end(), arguments.begin(), arguments.end());
    const ProcessEnd end = run_in_foreground(command);
    if (end.by_signal) {
        throw run_failed("the bench ended by signal {}: --filter finds the row that it ended in",
                         end.code);
    }
    return static_cast<ExitStatus>(end.code);
}

} // namespace

void add_bench_command(Command& app, Action& action) {
    Command command =
        app.add_command("bench", "measurements beside other people's queues and schedulers");
    command.require_command();
    command.footer(FOOTER);
    const auto add = [&command, &action](const char* name, const char* program, const char* help) {
        Command bench = command.add_command(name, help);
        bench.leave_rest(); // all that follows is the program's, --help too
        bench.when_chosen([bench, program, &action] {
            action = [program, arguments = bench.rest()] { return run(program, arguments); };
        });
    };
    add("sched", "sched_bench", "the queues and the scheduler: a table, or --json");
    add("isa", "isa_bench", "query kernels, guards and tasks of a snapshot");
    add("beat", "beat_bench", "beats, rings of deltas, fibers and their receipts");
    add("replay", "replay_bench", "recording, verifying, comparing and replaying runs");
}

} // namespace knhk::tools
