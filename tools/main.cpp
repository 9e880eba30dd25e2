// SPDX-License-Identifier: MIT
// `knhk`: the host command. This file knows the list of commands and how a command ends, no more.
#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "base/sha256.hpp"
#include "tools/command.hpp"
#include "tools/host/failure.hpp"
#include KNHK_LINUX_MACHINE

namespace knhk::tools {

namespace {

constexpr const char* DESCRIPTION =
    "KNHK: the same workload gives the same log, bit for bit, on any number of cores,\n"
    "under QEMU, on bare hardware and in a Linux process, from one image file.";

constexpr const char* FOOTER =
    "Exit status: 0 as asked; 1 a comparison or a check says no; 2 wrong input or usage;\n"
    "3 the environment cannot do it; 4 the run itself failed; 5 a beat took longer than\n"
    "--beat-limit allows.\n"
    "'knhk COMMAND --help' says more and has examples.";

/// Every error is one line.
int end_with_error(ExitStatus status, std::string text) {
    for (char& c : text) {
        c = static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    fmt::print(stderr, "knhk: error: {}\n", text);
    return static_cast<int>(status);
}

int end_with_usage(const UsageError& error) {
    if (!error.command.empty()) {
        return end_with_error(ExitStatus::BadInput,
                              fmt::format("{}: see 'knhk {} --help'", error.what, error.command));
    }
    return end_with_error(
        ExitStatus::BadInput,
        error.unknown.empty()
            ? std::string("no command was given: see 'knhk --help'")
            : fmt::format("unknown command '{}': see 'knhk --help'", error.unknown.front()));
}

/// Started without standard streams, the files opened first would take their numbers.
void occupy_standard_streams() {
    int descriptor = 0;
    do {
        descriptor = ::open("/dev/null", O_RDWR);
    } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    ::close(descriptor);
}

int run(int argc, char** argv) {
    CommandLine app(DESCRIPTION, "knhk");
    Action action;
    app.footer(FOOTER);
    app.version("knhk " KNHK_VERSION);
    app.require_command();
    add_run_command(app, action);
    add_resume_command(app, action);
    add_checkpoint_command(app, action);
    add_replay_command(app, action);
    add_compare_command(app, action);
    add_digests_command(app, action);
    add_verify_command(app, action);
    add_show_command(app, action);
    add_stats_command(app, action);
    add_roots_command(app, action);
    add_trace_command(app, action);
    add_prove_command(app, action);
    add_check_proof_command(app, action);
    add_pack_command(app, action);
    add_sigma_command(app, action);
    add_matrix_command(app, action);
    add_check_model_command(app, action);
    add_build_command(app, action);
    add_bench_command(app, action);
    add_test_command(app, action);
    add_completion_command(app, action);
    add_man_page_command(app, action);
    switch (app.read(argc, argv)) {
    case Usage::HelpGiven:
        return static_cast<int>(ExitStatus::Ok);
    case Usage::Wrong:
        return end_with_usage(app.error());
    case Usage::Right:
        break;
    }
    const ExitStatus status = action();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        throw bad_environment("cannot write the result: {}: make room where it goes",
                              system_text(errno));
    }
    return static_cast<int>(status);
}

} // namespace

} // namespace knhk::tools

int main(int argc, char** argv) {
    using namespace knhk;
    tools::occupy_standard_streams();
    choose_sha256(hosted::instruction_sets());
    choose_xxh3(hosted::instruction_sets());
    try {
        return tools::run(argc, argv);
    } catch (const tools::Failure& failure) {
        return tools::end_with_error(failure.status(), failure.what());
    } catch (const std::exception& error) {
        return tools::end_with_error(ExitStatus::Environment,
                                     fmt::format("{}: free memory and try again", error.what()));
    }
}
