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

/// What its core keeps of cases, as the steps ask for it.
struct CoreFlows {
    const Flows& flows;
    const Task& task;
    Beat beat;

    [[nodiscard]] FlowTurn turn_of(PatternId pattern, const SigmaTask& record,
                                   const MuRequest& request) const {
        return flows.turn_of(pattern, record, {task, request, beat});
    }
};

MuRequest request_of(const Task& task) {
    MuRequest request{};
    std::memcpy(request.words, task.payload, sizeof request.words);
    return request;
}

PatternId pattern_of(const SigmaTables& tables, const SigmaTask& record) {
    return static_cast<PatternId>(tables.patterns[record.pattern].id);
}

/// How a token that ends here is told; Ok if it goes on.
TaskStatus status_of(FlowTurn turn) {
    switch (turn) {
    case FlowTurn::Waits:
        return TaskStatus::Waits;
    case FlowTurn::Swallowed:
        return TaskStatus::Swallowed;
    case FlowTurn::Full:
        return TaskStatus::QueueFull;
    case FlowTurn::NoBranch:
        return TaskStatus::NoBranch;
    case FlowTurn::Denied:
        return TaskStatus::StateDenied;
    case FlowTurn::Goes:
    case FlowTurn::Passes:
    case FlowTurn::Rejected:
    case FlowTurn::Returned:
    case FlowTurn::Again:
        break;
    }
    return TaskStatus::Ok;
}

constexpr bool splits(PatternId pattern) {
    return pattern == PatternId::ParallelSplit || pattern == PatternId::MultiChoice ||
           pattern == PatternId::ImplicitTermination;
}

/// Of what the hooks emitted, in their order; 0 of nothing.
u64 hash_of_rows(const MuOutcome& outcome) {
    u64 hash = 0;
    for (u32 place = 0; place < outcome.hooks_run; ++place) {
        if (outcome.emits(place)) {
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
    const CheckedWorld world{sigma.tables(*followed), run.runs, run.kernels, delta_};
    MuRequest request = request_of(*task_);
    request.cycle = core_->beat().raw;
    request.shard = core_->id().raw;
    request.sequence = core_->receipts();
    if (delta_ != nullptr && is_of_another_class(world.tables, request.task())) {
        return false;
    }
    RunGuards guards{run, *task_, core_->state()};
    const CoreFlows flows{core_->flows(), *task_, core_->beat()};
    const MuStatus status = eval_task(budget_, world, request, guards, flows, outcome);
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
                                tables.tasks[number].ticks > task_->budget_ticks;
    park_cause_ = costs_too_much ? ParkCause::Class : park_cause_;
    return costs_too_much;
}

/// What was emitted is asserted, each hook's rows at once; if nothing was, and the answer is yes,
/// what was looked at. All of it, or nothing.
bool TaskContext::leave_receipts(const MuOutcome& outcome) {
    const u32 hooks = outcome.hooks_run;
    const bool asserts_delta = outcome.answer && outcome.emitting == 0 && hooks != 0;
    u32 rows = asserts_delta ? delta_->length : 0;
    u32 emissions = asserts_delta ? 1 : 0;
    for (u32 place = 0; place < hooks; ++place) {
        const u32 emitted = outcome.emitted(place);
        rows += emitted;
        emissions += emitted != 0 ? 1 : 0;
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
        const SealedReceipt& receipt = outcome.receipts[place];
        if (asserts_delta && place == hooks - 1) {
            core_->assert_rows(delta_->subjects, delta_->predicate, delta_->objects, delta_->length,
                               receipt);
        } else if (outcome.emitted(place) != 0) {
            RowResult rows_left = outcome.rows[place];
            compact(rows_left);
            core_->assert_rows(rows_left.subjects, rows_left.predicate, rows_left.objects,
                               rows_left.count, receipt);
        } else {
            core_->assert_rows(nullptr, 0, nullptr, 0, receipt);
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
        output_[1] = u64{outcome.answer} | u64{outcome.hooks_run} << 8 |
                     u64{outcome.next_task} << 16 | u64{outcome.branches} << 32 |
                     static_cast<u64>(outcome.turn) << 40;
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

void TaskContext::step() {
    MuOutcome outcome;
    if (evaluate(outcome)) {
        follow(outcome);
    }
}

/// All that follows is charged before any of it happens: a task that has too few ticks for it has
/// left nothing behind, and runs again.
void TaskContext::follow(const MuOutcome& outcome) {
    const SnapshotStore& sigma = core_->sigma();
    const SigmaTables tables = sigma.tables(*sigma.current());
    const MuRequest request = request_of(*task_);
    const SigmaTask& record = tables.tasks[request.task()];
    const PatternId pattern = pattern_of(tables, record);
    const u32 count = static_cast<u32>(std::popcount(outcome.branches)) +
                      (outcome.next_task == SIGMA_NONE ? 0 : 1);
    const bool lives = request.life() != 0;
    if (!charge(Operation::Spawn, lives ? count : 0)) {
        return;
    }
    if (keeps_something(pattern)) {
        const FlowToken token{*task_, request, core_->beat()};
        had_effect_ |= core_->flows().leave(pattern, record, token, outcome);
    }
    static_cast<void>(note(status_of(outcome.turn)));
    if (!lives || count == 0) {
        return;
    }
    Task next = *task_;
    next.payload[0] = travelling_word(pattern, request, outcome);
    const u64 case_id = case_of(task_->id);
    for (u32 left = outcome.branches; left != 0; left &= left - 1) {
        const u32 branch = static_cast<u32>(std::countr_zero(left));
        next.id = splits(pattern) ? token_id(case_id, branch) : task_->id;
        send_on(next, tables, record.branches[branch], outcome.turn);
    }
    if (outcome.next_task != SIGMA_NONE) {
        next.id = task_->id;
        send_on(next, tables, outcome.next_task, outcome.turn);
    }
}

/// To the home core of its case, if the task that it comes to looks there.
void TaskContext::send_on(Task next, const SigmaTables& tables, u16 number, FlowTurn turn) {
    next.payload[0] |= number;
    if (shape_of(pattern_of(tables, tables.tasks[number])).keeps_case) {
        next.id = token_id(case_of(next.id), 0);
    }
    if (turn == FlowTurn::Again) {
        static_cast<void>(emit_charged<Operation::Send>(next, Timestamp{0}));
    } else {
        static_cast<void>(emit_charged<Operation::Spawn>(next, Timestamp{0}));
    }
}

} // namespace knhk
