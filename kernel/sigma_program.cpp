// SPDX-License-Identifier: MIT
#include "kernel/sigma_program.hpp"

#include "sched/task_context.hpp"

namespace knhk {

void run_mu_eval(TaskContext& context) {
    context.step();
}

void run_sigma_load(TaskContext& context) {
    const u64 place = context.payload(0);
    if (place == LOAD_PROMOTES) {
        context.promote(SNAPSHOT_LOADED);
    } else {
        context.load_snapshot(place, std::as_bytes(std::span(context.task().payload).subspan<1>()));
    }
}

} // namespace knhk
