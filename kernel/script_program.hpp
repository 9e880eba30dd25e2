// SPDX-License-Identifier: MIT
// What runs a workload file: the handler of its kinds of task, and the functions that give a run
// its inputs. Both find the Script in the workload's parameters.
#pragma once

#include "sched/program.hpp"

namespace knhk {

/// Handler `script` (docs/workload.md, Kinds).
void run_script(TaskContext& context);

/// Of every workload file. `parameters.data` is its Script.
extern const WorkloadEntry SCRIPT_WORKLOAD;

} // namespace knhk
