// SPDX-License-Identifier: MIT
// The built-in handlers of tasks that follow the snapshot, and of tasks that bring one
// (docs/workload.md).
#pragma once

#include "sched/program.hpp"

namespace knhk {

/// Their ids.
inline constexpr HandlerId EVAL_HANDLER = 7;
inline constexpr HandlerId LOAD_HANDLER = 8;

/// How much of a snapshot one task of LOAD_HANDLER brings: payload words 1 to 3. Word 0 says where
/// it belongs, or LOAD_PROMOTES: that what was loaded is whole, and asks for its promotion.
inline constexpr u32 LOAD_PIECE_BYTES = (PAYLOAD_WORDS - 1) * 8;
inline constexpr u64 LOAD_PROMOTES = ~u64{0};

void run_mu_eval(TaskContext& context);
void run_sigma_load(TaskContext& context);

} // namespace knhk
