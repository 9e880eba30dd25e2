// SPDX-License-Identifier: MIT
// A task that follows a snapshot, from its number to its receipts (docs/isa.md): A = mu(O). Generic
// over who counts its ticks; the caller has charged that the task executes.
#pragma once

#include "isa/mu_ops.hpp"

namespace knhk {

/// What came of a task. Nothing is taken back: of one that ends with an error, `hooks_run` receipts
/// are valid all the same.
struct MuOutcome {
    MuStatus status;
    bool answer;   ///< all hooks were true
    u8 guards;     ///< a bit for each that passed, and for each place without one
    u8 hooks_run;  ///< as many receipts are valid
    u8 emitting;   ///< a bit for each of them whose hook emits: those rows are valid
    u16 next_task; ///< the number of the task that follows, or SIGMA_NONE
    SealedReceipt receipts[SIGMA_HOOKS_MAX];
    RowResult rows[SIGMA_HOOKS_MAX];
};

namespace mu {

/// One hook: observe, evaluate, receipt.
template<Meter M>
[[nodiscard, gnu::always_inline]] inline MuStatus
eval_hook(M& meter, const MuWorld& world, const SigmaTask& task, const MuRequest& request,
          MuOutcome& outcome, u32 place, bool& answer) {
    const u16 number = task.hooks[place];
    if (number >= world.tables.hooks.size()) [[unlikely]] {
        return MuStatus::NoHook;
    }
    const Hook& hook = world.tables.hooks[number];
    const TripleRun* run = nullptr;
    MuStatus status = read_observation(meter, world, request.run(), run);
    if (status != MuStatus::Ok) [[unlikely]] {
        return status;
    }
    const Query query = query_of(hook, request);
    QueryResult result{};
    status = run_kernel(meter, *world.kernels, hook.op, *run, query, outcome.rows[place], result);
    if (status != MuStatus::Ok) [[unlikely]] {
        return status;
    }
    status =
        write_receipt(meter, outcome.receipts[place], request, number, request.sequence + place,
                      *run, binding_hash(*run, hook.op, query, result));
    if (status != MuStatus::Ok) [[unlikely]] {
        return status;
    }
    outcome.hooks_run = static_cast<u8>(place + 1);
    outcome.emitting = static_cast<u8>(outcome.emitting | u32{!is_boolean(hook.op)} << place);
    answer = result.answer;
    return MuStatus::Ok;
}

/// Hooks in order, up to the first that is false.
template<Meter M>
[[nodiscard, gnu::always_inline]] inline MuStatus
eval_sequence(M& meter, const MuWorld& world, const SigmaTask& task, const MuRequest& request,
              MuOutcome& outcome, bool& answer) {
    if (task.hook_count > SIGMA_HOOKS_MAX) [[unlikely]] {
        return MuStatus::NoHook;
    }
    answer = true;
    for (u32 place = 0; answer && place < task.hook_count; ++place) {
        const MuStatus status = eval_hook(meter, world, task, request, outcome, place, answer);
        if (status != MuStatus::Ok) [[unlikely]] {
            return status;
        }
    }
    return MuStatus::Ok;
}

/// Up to the answer, or to what ends the task before there is one.
template<Meter M, CustomGuards G>
[[nodiscard, gnu::always_inline]] inline MuStatus
eval_steps(M& meter, const MuWorld& world, const SigmaTask& task, const MuRequest& request,
           G& custom, MuOutcome& outcome, bool& answer) {
    PatternId pattern = PatternId::Sequence;
    MuStatus status = dispatch_pattern(meter, world.tables, task.pattern, pattern);
    if (status != MuStatus::Ok) [[unlikely]] {
        return status;
    }
    u32 passed = 0;
    status = eval_guards(meter, world, task, request, custom, passed);
    if (status != MuStatus::Ok) [[unlikely]] {
        return status;
    }
    outcome.guards = static_cast<u8>(passed);
    if (passed != ALL_GUARDS) {
        return MuStatus::GuardFailed;
    }
    switch (pattern) {
    case PatternId::Sequence:
        return eval_sequence(meter, world, task, request, outcome, answer);
    }
    return MuStatus::NoPattern;
}

} // namespace mu

/// Fills `outcome`, and returns its status. Of receipts and rows those that are valid are written.
template<Meter M, CustomGuards G>
MuStatus eval_task(M& meter, const MuWorld& world, const MuRequest& request, G& custom,
                   MuOutcome& outcome) {
    outcome.answer = false;
    outcome.guards = 0;
    outcome.hooks_run = 0;
    outcome.emitting = 0;
    outcome.next_task = SIGMA_NONE;
    const SigmaTask* task = nullptr;
    bool answer = false;
    MuStatus status = check_budget(meter);
    if (status == MuStatus::Ok) [[likely]] {
        status = load_sigma(meter, world.tables, request.task(), task);
    }
    if (status == MuStatus::Ok) [[likely]] {
        status = mu::eval_steps(meter, world, *task, request, custom, outcome, answer);
    }
    if (status == MuStatus::Ok) [[likely]] {
        outcome.answer = answer;
        outcome.next_task = answer ? task->when_true : task->when_false;
    }
    outcome.status = status;
    return status;
}

/// Evaluates the receipt's hook again, with what the task of then asked for: whether it says of the
/// run what is true of it.
[[nodiscard]] inline bool holds(const SealedReceipt& sealed, const MuWorld& world,
                                const MuRequest& request) {
    const auto number = static_cast<u16>(sealed.receipt.hook);
    const TripleRun* const run = world.run(request.run());
    if (number >= world.tables.hooks.size() || run == nullptr) {
        return false;
    }
    const Hook& hook = world.tables.hooks[number];
    const Query query = query_of(hook, request);
    RowResult rows;
    QueryResult result{};
    if (run_query(*world.kernels, hook.op, *run, query, rows, result.answer) != MuStatus::Ok) {
        return false;
    }
    result.rows = is_boolean(hook.op) ? 0 : rows.mask;
    return sealed.receipt.hook == hook_number(request.shard, request.task(), number) &&
           sealed.receipt.lanes == run->length && sealed.receipt.a_hash == a_hash_of(*run) &&
           sealed.content == binding_hash(*run, hook.op, query, result);
}

/// The ticks of a task of the pattern Sequence whose hooks are all boolean, all of them true.
consteval u32 sequence_ticks(u32 guards, u32 hooks) {
    const u32 hook = cost_of(MuOperation::ReadObservation).raw +
                     cost_of(MuOperation::RunBoolean).raw + cost_of(MuOperation::WriteReceipt).raw;
    return cost_of(Operation::Execute).raw + cost_of(MuOperation::LoadSigma).raw +
           pattern_cost(static_cast<u16>(PatternId::Sequence)) +
           guards * cost_of(MuOperation::EvalGuard).raw + hooks * hook;
}
static_assert(sequence_ticks(2, 1) == CHATMAN, "a hot task has two guards and a hook");
static_assert(cost_of(MuOperation::ReadObservation).raw + cost_of(MuOperation::RunRows).raw ==
                  CHATMAN,
              "emitting rows takes all that a hot task has");

} // namespace knhk
