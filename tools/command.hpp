// SPDX-License-Identifier: MIT
// What every command of `knhk` gives to main(): itself on the command line, and what to do when it
// was chosen.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "base/error.hpp"

namespace knhk::tools {

/// The chosen command, set while the command line is parsed. It may throw Failure.
using Action = std::function<ExitStatus()>;

void add_run_command(CLI::App& app, Action& action);
void add_resume_command(CLI::App& app, Action& action);
void add_checkpoint_command(CLI::App& app, Action& action);
void add_replay_command(CLI::App& app, Action& action);
void add_compare_command(CLI::App& app, Action& action);
void add_digests_command(CLI::App& app, Action& action);
void add_verify_command(CLI::App& app, Action& action);
void add_show_command(CLI::App& app, Action& action);
void add_stats_command(CLI::App& app, Action& action);
void add_trace_command(CLI::App& app, Action& action);
void add_prove_command(CLI::App& app, Action& action);
void add_check_proof_command(CLI::App& app, Action& action);
void add_pack_command(CLI::App& app, Action& action);
void add_matrix_command(CLI::App& app, Action& action);
void add_check_model_command(CLI::App& app, Action& action);
void add_bench_command(CLI::App& app, Action& action);
void add_build_command(CLI::App& app, Action& action);
void add_test_command(CLI::App& app, Action& action);
void add_completion_command(CLI::App& app, Action& action);
void add_man_page_command(CLI::App& app, Action& action);

} // namespace knhk::tools
