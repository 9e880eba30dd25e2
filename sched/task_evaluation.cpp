// SPDX-License-Identifier: MIT
// How a task follows the snapshot (docs/determinism.md, 2.13): the steps are isa/eval_task.hpp's,
// the budget, the guards and the record are the scheduler's.
#include <bit>

#include "isa/eval_task.hpp"
#include "sched/core.hpp"
#include "sched/task_context.hpp"

namespace knhk {

namespace {

/// Guards of the snapshot that name one of the run's own.
struct RunGuards {
    const RunSetup& run;
    const Task& task;
    std::span<const std::byte> state;

    [[nodiscard]] bool operator()(u16 id) const {
        GuardView view(task, state, run.observations);
        return passes(run.guards[id], view);
    }
};
static_assert(SIGMA_CUSTOM_GUARDS == GUARD_IDS && SIGMA_GUARD_BASE == GUARD_IDS);
static_assert(MU_WORDS == PAYLOAD_WORDS);

/// Of what the hooks emitted, in their order; 0 of nothing.
u64 hash_of_rows(const MuOutcome& outcome) {
    u64 hash = 0;
    for (u32 place = 0; place < outcome.hooks_run; ++place) {
        if ((outcome.emitting >> place & 1) != 0) {
            const u64 link[2] = {hash, xxh3_64(&outcome.rows[place], sizeof(RowResult))};
            hash = xxh3_64(link, sizeof link);
        }
    }
    return hash;
}

} // namespace

bool TaskContext::evaluate(MuOutcome& outcome) {
    const RunSetup& run = core_->run();
    const SnapshotStore& sigma = core_->sigma();
    const SnapshotDescriptor* const followed = sigma.current();
    if (followed == nullptr) {
        note(TaskStatus::NoSnapshot);
        return false;
    }
    const MuWorld world{sigma.tables(*followed), run.runs, run.kernels};
    MuRequest request{.words = {},
                      .cycle = core_->beat().raw,
                      .shard = core_->id().raw,
                      .sequence = core_->receipts()};
    std::memcpy(request.words, task_->payload, sizeof request.words);
    RunGuards guards{run, *task_, core_->state()};
    const MuStatus status = eval_task(budget_, world, request, guards, outcome);
    core_->count_receipts(outcome.hooks_run);
    if (status == MuStatus::GuardFailed && status_ == TaskStatus::Ok) {
        const u32 place = static_cast<u32>(std::countr_one(outcome.guards));
        failed_guard_ = SIGMA_GUARD_BASE + world.tables.tasks[request.task()].guards[place];
    }
    end_evaluation(outcome, followed->epoch);
    return status == MuStatus::Ok;
}

/// All that the snapshot says was checked when it was opened: what is left to be wrong is the
/// request.
void TaskContext::end_evaluation(const MuOutcome& outcome, u64 epoch) {
    switch (outcome.status) {
    case MuStatus::Ok:
        has_output_ = true;
        output_[0] = xxh3_64(outcome.receipts, outcome.hooks_run * sizeof(SealedReceipt));
        output_[1] =
            u64{outcome.answer} | u64{outcome.hooks_run} << 8 | u64{outcome.next_task} << 16;
        output_[2] = epoch;
        output_[3] = hash_of_rows(outcome);
        return;
    case MuStatus::GuardFailed:
        note(TaskStatus::GuardFailed);
        return;
    case MuStatus::OverBudget:
        return; // as every charge that was too much
    case MuStatus::NoTask:
    case MuStatus::NoRun:
        note(TaskStatus::NoSnapshot);
        return;
    default:
        knhk_panic(__FILE_NAME__, __LINE__, "a snapshot that was checked",
                   static_cast<u64>(outcome.status));
    }
}

} // namespace knhk
