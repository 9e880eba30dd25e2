// SPDX-License-Identifier: MIT
#include "kernel/sigma_program.hpp"

#include "isa/eval_task.hpp"

namespace knhk {

/// The task that follows is the same one but for its number in the snapshot, as long as it lives.
void run_mu_eval(TaskContext& context) {
    MuOutcome outcome;
    if (!context.evaluate(outcome) || outcome.next_task == SIGMA_NONE) {
        return;
    }
    const u64 life = context.payload(0) >> 32;
    if (life != 0) {
        Task next = context.task();
        next.payload[0] = (life - 1) << 32 | outcome.next_task;
        context.spawn(next);
    }
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
