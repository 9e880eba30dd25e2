// SPDX-License-Identifier: MIT
// `knhk check-model`: a program of the tests, which knows the model. Its options are its own.
#include "tools/command.hpp"
#include "tools/host/failure.hpp"
#include "tools/host/process.hpp"
#include "tools/run/installation.hpp"

namespace knhk::tools {

namespace {

ExitStatus run(const std::vector<std::string>& arguments) {
    std::vector<std::string> command{(build_root() / "tests/model/knhk-check-model").string()};
    if (!is_installed(command[0])) {
        throw bad_environment("{} is missing: build it with ninja -C {}", command[0],
                              build_root().string());
    }
    command.insert(command.end(), arguments.begin(), arguments.end());
    const ProcessEnd end = run_in_foreground(command);
    if (end.by_signal) {
        throw run_failed("the check ended by signal {}: run it again with the seed that it last "
                         "told",
                         end.code);
    }
    return static_cast<ExitStatus>(end.code);
}

} // namespace

void add_check_model_command(Command& app, Action& action) {
    Command command = app.add_command(
        "check-model", "random workloads through the scheduler and a model written from docs/");
    command.leave_rest(); // all that follows is the program's, --help too
    command.when_chosen(
        [command, &action] { action = [arguments = command.rest()] { return run(arguments); }; });
}

} // namespace knhk::tools
