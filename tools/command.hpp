// SPDX-License-Identifier: MIT
// What every command of `knhk` gives to main(): itself on the command line, and what to do when it
// was chosen.
#pragma once

#include <functional>

#include "base/error.hpp"
#include "tools/host/command_line.hpp"

namespace knhk::tools {

/// The chosen command, set while the command line is parsed. It may throw Failure.
using Action = std::function<ExitStatus()>;

void add_run_command(Command& app, Action& action);
void add_resume_command(Command& app, Action& action);
void add_checkpoint_command(Command& app, Action& action);
void add_replay_command(Command& app, Action& action);
void add_compare_command(Command& app, Action& action);
void add_digests_command(Command& app, Action& action);
void add_verify_command(Command& app, Action& action);
void add_show_command(Command& app, Action& action);
void add_stats_command(Command& app, Action& action);
void add_roots_command(Command& app, Action& action);
void add_trace_command(Command& app, Action& action);
void add_prove_command(Command& app, Action& action);
void add_check_proof_command(Command& app, Action& action);
void add_pack_command(Command& app, Action& action);
void add_sigma_command(Command& app, Action& action);
void add_matrix_command(Command& app, Action& action);
void add_check_model_command(Command& app, Action& action);
void add_bench_command(Command& app, Action& action);
void add_build_command(Command& app, Action& action);
void add_test_command(Command& app, Action& action);
void add_completion_command(Command& app, Action& action);
void add_man_page_command(Command& app, Action& action);

} // namespace knhk::tools
