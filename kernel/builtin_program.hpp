// SPDX-License-Identifier: MIT
// The workloads that every image has, their handlers and guards. Written as a user would write
// them; docs/workload.md says what they do.
#pragma once

#include "sched/program.hpp"

namespace knhk {

extern const Program BUILTIN_PROGRAM;

} // namespace knhk
