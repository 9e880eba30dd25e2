// SPDX-License-Identifier: MIT
// The workloads that every image has: pure, ring, fanout. Written as a user would write them.
#pragma once

#include "sched/program.hpp"

namespace knhk {

extern const Program BUILTIN_PROGRAM;

} // namespace knhk
