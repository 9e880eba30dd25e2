// SPDX-License-Identifier: MIT
// A task that follows a snapshot, from its number to its receipts (docs/isa.md): A = mu(O). Generic
// over who counts its ticks; the caller has charged that the task executes.
#pragma once

#include "isa/pattern_step.hpp"

namespace knhk {

/// What came of a task. Nothing is taken back: of one that ends with an error, `hooks_run` receipts
/// are valid all the same.
struct MuOutcome : FlowRoute {
    MuStatus status;
    u8 guards;    ///< a bit for each that passed, and for each place without one
    u8 hooks_run; ///< as many receipts are valid
    u8 emitting;  ///< a bit for each of them whose hook emits: those rows are valid
    /// Wherever the stack lies, none is in two lines: a store across both takes longer.
    alignas(LINE_BYTES) SealedReceipt receipts[SIGMA_HOOKS_MAX];
    RowResult rows[SIGMA_HOOKS_MAX];

    void go_by(const FlowRoute& route) { static_cast<FlowRoute&>(*this) = route; }
    [[nodiscard]] bool emits(u32 place) const { return (emitting >> place & 1) != 0; }
    [[nodiscard]] u32 emitted(u32 place) const { return emits(place) ? rows[place].count : 0; }
};

namespace mu {

/// One hook: observe, evaluate, receipt.
template<Meter M, class Tables>
[[nodiscard, gnu::always_inline]] inline MuStatus
eval_hook(M& meter, const WorldOf<Tables>& world, const TripleRun* run, const SigmaTask& task,
          const MuRequest& request, MuOutcome& outcome, u32 place, bool& answer) {
    const u16 number = task.hooks[place];
    if (!is_sound(world.tables, number < world.tables.hooks.size())) [[unlikely]] {
        return MuStatus::NoHook;
    }
    const Hook& hook = world.tables.hooks[number];
    const OpCode op = hook.op;
    MuStatus status = read_observation(meter, run);
    if (status != MuStatus::Ok) [[unlikely]] {
        return status;
    }
    const Query query = query_of(hook, request);
    SealedReceipt& receipt = outcome.receipts[place];
    const BindingKernel asked = binding_kernel(*world.kernels, op);
    status = run_kernel(meter, *world.kernels, asked, op, *run, query, outcome.rows[place], receipt,
                        answer);
    if (status != MuStatus::Ok) [[unlikely]] {
        return status;
    }
    const u32 bit = u32{1} << place;
    if (asked == nullptr) [[unlikely]] {
        outcome.emitting = static_cast<u8>(outcome.emitting | bit);
    }
    status = write_receipt(meter, receipt.receipt, request, number, request.sequence + place, *run);
    if (status != MuStatus::Ok) [[unlikely]] {
        outcome.emitting = static_cast<u8>(outcome.emitting & (bit - 1)); // without its receipt
        return status;
    }
    outcome.hooks_run = static_cast<u8>(place + 1);
    return MuStatus::Ok;
}

/// Hooks in order, up to the first whose answer is `last`: 0 or 1, or 2 for none. `yes` gets a bit
/// for each that is true.
template<Meter M, class Tables>
[[nodiscard, gnu::always_inline]] inline MuStatus
eval_hooks(M& meter, const WorldOf<Tables>& world, const TripleRun* run, const SigmaTask& task,
           const MuRequest& request, MuOutcome& outcome, u32 last, u32& yes) {
    if (!is_sound(world.tables, task.hook_count <= SIGMA_HOOKS_MAX)) [[unlikely]] {
        return MuStatus::NoHook;
    }
    for (u32 place = 0; place < task.hook_count; ++place) {
        bool answer = false;
        const MuStatus status = eval_hook(meter, world, run, task, request, outcome, place, answer);
        if (status != MuStatus::Ok) [[unlikely]] {
            return status;
        }
        yes |= u32{answer} << place;
        if (u32{answer} == last) {
            break;
        }
    }
    return MuStatus::Ok;
}

[[nodiscard]] constexpr u32 last_answer(HookRule rule) {
    switch (rule) {
    case HookRule::UntilFalse:
        return 0;
    case HookRule::UntilTrue:
        return 1;
    case HookRule::All:
        break;
    }
    return 2;
}

/// What the pattern makes of the token before its hooks are looked at.
template<FlowKeeper F>
[[nodiscard, gnu::always_inline]] inline FlowTurn
turn_of(PatternId id, const SigmaTask& task, const MuRequest& request, const F& flows) {
    if (keeps_something(id)) {
        return flows.turn_of(id, task, request);
    }
    const bool merges = id == PatternId::SimpleMerge || id == PatternId::MultiMerge;
    return merges && request.was_false() ? FlowTurn::Passes : FlowTurn::Goes;
}

/// Up to where the token goes on, or to what ends the task before that is known.
template<Meter M, class Tables, CustomGuards G, FlowKeeper F>
[[nodiscard, gnu::always_inline]] inline MuStatus
eval_steps(M& meter, const WorldOf<Tables>& world, const SigmaTask& task, const MuRequest& request,
           G& custom, const F& flows, MuOutcome& outcome) {
    PatternId pattern = PatternId::Sequence;
    MuStatus status = dispatch_pattern(meter, world.tables, task.pattern, pattern);
    if (status != MuStatus::Ok) [[unlikely]] {
        return status;
    }
    const TripleRun* const run = world.run(request.run());
    const GuardVerdict guards = eval_guards(meter, world, run, task, request, custom);
    outcome.guards = guards.passed;
    if (guards.status != MuStatus::Ok) [[unlikely]] {
        return guards.status;
    }
    if (guards.passed != ALL_GUARDS) {
        return MuStatus::GuardFailed;
    }
    HookRule rule = HookRule::UntilFalse;
    if (pattern != PatternId::Sequence) { // of which all is known
        rule = shape_of(pattern).hooks;
        if (!is_sound(world.tables, rule == HookRule::UntilFalse ||
                                        task.hook_count == task.branch_count)) [[unlikely]] {
            return MuStatus::NoTask;
        }
        const FlowTurn turn = turn_of(pattern, task, request, flows);
        if (turn != FlowTurn::Goes) {
            outcome.go_by(route_without_hooks(task, turn));
            return MuStatus::Ok;
        }
    }
    u32 yes = 0;
    status = eval_hooks(meter, world, run, task, request, outcome, last_answer(rule), yes);
    if (status == MuStatus::Ok) [[likely]] {
        outcome.go_by(route_by_hooks(pattern, task, request, yes));
    }
    return status;
}

} // namespace mu

/// Fills `outcome`, and returns its status. Of receipts and rows those that are valid are written.
/// Inline: what the caller has just made of the request stays in registers.
template<Meter M, class Tables, CustomGuards G, FlowKeeper F>
[[gnu::always_inline]] inline MuStatus eval_task(M& meter, const WorldOf<Tables>& world,
                                                 const MuRequest& request, G& custom,
                                                 const F& flows, MuOutcome& outcome) {
    outcome.go_by(FlowRoute{});
    outcome.guards = 0;
    outcome.hooks_run = 0;
    outcome.emitting = 0;
    M ticks = meter; // in registers, whatever is called
    const SigmaTask* task = nullptr;
    MuStatus status = check_budget(ticks);
    if (status == MuStatus::Ok) [[likely]] {
        status = load_sigma(ticks, world.tables, request.task(), task);
    }
    if (status == MuStatus::Ok) [[likely]] {
        status = mu::eval_steps(ticks, world, *task, request, custom, flows, outcome);
    }
    meter = ticks;
    outcome.status = status;
    return status;
}

/// Of a world without cases: what would wait goes on.
struct NoFlows {
    [[nodiscard]] FlowTurn turn_of(PatternId, const SigmaTask&, const MuRequest&) const {
        return FlowTurn::Goes;
    }
};

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
    const ReceiptHashes hashes = receipt_hashes(*world.kernels, *run, hook.op, query, result);
    return sealed.receipt.hook == hook_number(request.shard, request.task(), number) &&
           sealed.receipt.lanes == run->length && sealed.receipt.a_hash == hashes.a_hash &&
           sealed.content == hashes.content;
}

/// The ticks of a task of the pattern Sequence whose hooks are all boolean, all of them true, and
/// that nothing follows.
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
