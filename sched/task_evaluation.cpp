// SPDX-License-Identifier: MIT
// How a task follows the snapshot (docs/determinism.md, 2.13): the steps are isa/eval_task.hpp's,
// the budget, the guards and the record are the scheduler's.
#include <bit>

#include "isa/eval_task.hpp"
#include "sched/core.hpp"
#include "sched/task_context.hpp"
#include "sigma/task_cost.hpp"

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
    const MuWorld world{sigma.tables(*followed), run.runs, run.kernels, delta_};
    MuRequest request{.words = {},
                      .cycle = core_->beat().raw,
                      .shard = core_->id().raw,
                      .sequence = core_->receipts()};
    std::memcpy(request.words, task_->payload, sizeof request.words);
    if (delta_ != nullptr && is_of_another_class(world.tables, request.task())) {
        return false;
    }
    RunGuards guards{run, *task_, core_->state()};
    const MuStatus status = eval_task(budget_, world, request, guards, outcome);
    core_->count_receipts(outcome.hooks_run);
    if (status == MuStatus::GuardFailed && status_ == TaskStatus::Ok) {
        const u32 place = static_cast<u32>(std::countr_one(outcome.guards));
        failed_guard_ = SIGMA_GUARD_BASE + world.tables.tasks[request.task()].guards[place];
    }
    if (delta_ != nullptr && status == MuStatus::Ok && !leave_receipts(outcome)) {
        return false;
    }
    end_evaluation(outcome, followed->epoch);
    return status == MuStatus::Ok;
}

/// Of a fiber in its slot: whether its ticks are known not to do. It is parked at once then, and
/// pays for nothing twice.
bool TaskContext::is_of_another_class(const SigmaTables& tables, u32 number) {
    const bool costs_too_much = mode_ == RunMode::Hot && number < tables.tasks.size() &&
                                ticks_of(tables.tasks[number], tables) > task_->budget_ticks;
    park_cause_ = costs_too_much ? ParkCause::Class : park_cause_;
    return costs_too_much;
}

/// What was emitted is asserted, each hook's rows at once; if nothing was, and the answer is yes,
/// what was looked at. All of it, or nothing.
bool TaskContext::leave_receipts(const MuOutcome& outcome) {
    const u32 hooks = outcome.hooks_run;
    const bool asserts_delta = outcome.answer && outcome.emitting == 0 && hooks != 0;
    u32 masks[SIGMA_HOOKS_MAX] = {};
    u32 rows = asserts_delta ? delta_->length : 0;
    u32 emissions = asserts_delta ? 1 : 0;
    for (u32 place = 0; place < hooks; ++place) {
        const bool emits = (outcome.emitting >> place & 1) != 0;
        masks[place] = emits ? outcome.rows[place].mask : 0;
        rows += emits ? outcome.rows[place].count : 0;
        emissions += masks[place] != 0 ? 1 : 0;
    }
    if (emissions_ + emissions > EMISSIONS_MAX) {
        note(TaskStatus::EmitLimit);
        return false;
    }
    if (!core_->may_assert(rows, hooks)) {
        park_cause_ = ParkCause::OutputFull;
        note(TaskStatus::QueueFull);
        return false;
    }
    for (u32 place = 0; place < hooks; ++place) {
        const RowResult& emitted = outcome.rows[place];
        if (asserts_delta && place == hooks - 1) {
            core_->assert_rows(delta_->subjects, delta_->objects, delta_->predicate,
                               delta_->rows(), outcome.receipts[place]);
        } else {
            core_->assert_rows(emitted.subjects, emitted.objects, emitted.predicate, masks[place],
                               outcome.receipts[place]);
        }
    }
    emissions_ = static_cast<u8>(emissions_ + emissions);
    receipts_left_ += hooks;
    had_effect_ = had_effect_ || hooks != 0;
    return true;
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
