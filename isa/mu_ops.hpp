// SPDX-License-Identifier: MIT
// The steps of a task that follows a snapshot, each of which charges its ticks before it is done
// (docs/isa.md). isa/eval_task.hpp makes a whole of them. Every number that names nothing comes
// back as a status. All inline: a task is a few dozen cycles.
#pragma once

#include <concepts>

#include "isa/cost.hpp"
#include "isa/kernels.hpp"
#include "isa/pattern.hpp"
#include "isa/receipt.hpp"
#include "isa/sigma_tables.hpp"

namespace knhk {

/// Who counts ticks. False: the step was too much.
template<class M>
concept Meter = requires(M& meter, const M& seen, Tick cost) {
    { meter.charge(cost) } -> std::same_as<bool>;
    { seen.used() } -> std::same_as<Tick>;
};

/// Whether the run's own guard of this id passes; a function of the run and the task alone.
template<class G>
concept CustomGuards = requires(G& guards, u16 id) {
    { guards(id) } -> std::same_as<bool>;
};

/// A task's payload: in word 0 which task of the snapshot it follows, and what travels with it from
/// step to step; then the run that it reads, and what hooks and guards may ask of it.
inline constexpr u32 MU_WORDS = 4;
struct MuRequest {
    u64 words[MU_WORDS];
    // For the receipts: when and where it is evaluated, and how many were written there before. Not
    // in the order of a receipt: compilers copy two words that are together in both as one, which
    // waits for the narrow stores of whoever has just made the request.
    u64 cycle;
    u64 sequence;
    u64 shard;

    [[nodiscard]] u32 task() const { return static_cast<u16>(words[0]); }
    /// Of the cycle or the attempts that it is in.
    [[nodiscard]] u32 rounds() const { return static_cast<u8>(words[0] >> MU_ROUNDS_AT); }
    /// How many branches the last multi-choice chose.
    [[nodiscard]] u32 chosen() const { return words[0] >> MU_CHOSEN_AT & MU_CHOSEN_MASK; }
    /// It comes by the way of what was false.
    [[nodiscard]] bool was_false() const { return (words[0] & MU_WAS_FALSE) != 0; }
    /// It is on its way within a timeout.
    [[nodiscard]] bool within() const { return (words[0] & MU_WITHIN) != 0; }
    /// How many steps are left.
    [[nodiscard]] u64 life() const { return words[0] >> MU_LIFE_AT; }
    [[nodiscard]] u64 run() const { return words[1]; }

    static constexpr u32 MU_ROUNDS_AT = 16;
    static constexpr u32 MU_CHOSEN_AT = 24;
    static constexpr u64 MU_CHOSEN_MASK = 15;
    static constexpr u64 MU_WAS_FALSE = u64{1} << 28;
    static constexpr u64 MU_WITHIN = u64{1} << 29;
    static constexpr u32 MU_LIFE_AT = 32;
};
static_assert(SIGMA_BRANCHES_MAX <= MuRequest::MU_CHOSEN_MASK);

/// What a task looks at: all but the last is shared by all tasks of a run.
template<class Tables>
struct WorldOf {
    Tables tables;
    std::span<const TripleRun> runs;
    const KernelTable* kernels;
    const TripleRun* delta = nullptr; ///< the task brings it: read instead of a run with a number

    /// Null: there is none.
    [[nodiscard]] const TripleRun* run(u64 number) const {
        if (delta != nullptr) {
            return delta;
        }
        return number < runs.size() ? &runs[number] : nullptr;
    }
};
using MuWorld = WorldOf<SigmaTables>;
using CheckedWorld = WorldOf<CheckedTables>;

/// Whether a part of a record is as it has to be: of tables that were checked, without a look.
template<class Tables>
[[nodiscard, gnu::always_inline]] inline bool is_sound(const Tables&, bool looked_at) {
    return Tables::CHECKED || looked_at;
}

template<Meter M>
[[nodiscard, gnu::always_inline]] inline bool charge(M& meter, MuOperation operation,
                                                     u32 times = 1) {
    return meter.charge(Tick{cost_of(operation).raw * times});
}

/// Costs nothing: whether there is a budget left to go on within.
template<Meter M>
[[nodiscard, gnu::always_inline]] inline MuStatus check_budget(M& meter) {
    return charge(meter, MuOperation::CheckBudget) ? MuStatus::Ok : MuStatus::OverBudget;
}

/// One that there is, or SIGMA_NONE, which comes out as 0 here.
[[nodiscard]] inline bool names_task(const SigmaTables& tables, u16 number) {
    static_assert(static_cast<u16>(SIGMA_NONE + 1) == 0);
    return static_cast<u16>(number + 1) <= tables.tasks.size();
}

[[nodiscard, gnu::noinline]] inline bool names_branches(const SigmaTables& tables,
                                                        const SigmaTask& task) {
    bool all = task.branch_count <= SIGMA_BRANCHES_MAX;
    for (u32 at = 0; all && at < task.branch_count; ++at) {
        all = task.branches[at] < tables.tasks.size();
    }
    return all;
}

/// What follows the task is there.
template<class Tables>
[[nodiscard, gnu::always_inline]] inline bool names_followers(const Tables& tables,
                                                              const SigmaTask& task) {
    return is_sound(tables, names_task(tables, task.when_true) &&
                                names_task(tables, task.when_false) &&
                                (task.branch_count == 0 || names_branches(tables, task)));
}

template<Meter M, class Tables>
[[nodiscard, gnu::always_inline]] inline MuStatus load_sigma(M& meter, const Tables& tables,
                                                             u64 number, const SigmaTask*& task) {
    if (!charge(meter, MuOperation::LoadSigma)) [[unlikely]] {
        return MuStatus::OverBudget;
    }
    if (number >= tables.tasks.size()) [[unlikely]] {
        return MuStatus::NoTask;
    }
    task = &tables.tasks[number];
    return names_followers(tables, *task) ? MuStatus::Ok : MuStatus::NoTask;
}

/// Costs what the pattern does; a snapshot that says otherwise is refused.
template<Meter M, class Tables>
[[nodiscard, gnu::always_inline]] inline MuStatus dispatch_pattern(M& meter, const Tables& tables,
                                                                   u16 number, PatternId& id) {
    if (!is_sound(tables, number < tables.patterns.size())) [[unlikely]] {
        return MuStatus::NoPattern;
    }
    const SigmaPattern& pattern = tables.patterns[number];
    const bool costs_that = pattern.cost != 0 && pattern.cost == pattern_cost(pattern.id);
    if (!is_sound(tables, costs_that)) [[unlikely]] {
        return MuStatus::NoPattern;
    }
    id = static_cast<PatternId>(pattern.id);
    return meter.charge(Tick{pattern.cost}) ? MuStatus::Ok : MuStatus::OverBudget;
}

/// Null is no run.
template<Meter M>
[[nodiscard, gnu::always_inline]] inline MuStatus read_observation(M& meter, const TripleRun* run) {
    if (!charge(meter, MuOperation::ReadObservation)) [[unlikely]] {
        return MuStatus::OverBudget;
    }
    return run != nullptr ? MuStatus::Ok : MuStatus::NoRun;
}

/// What a guard is held against.
struct GuardSight {
    const MuRequest& request;
    u64 run_predicate;
    Tick used; ///< the guards' own ticks included
};

template<CustomGuards G>
[[nodiscard, gnu::always_inline]] inline u64 found_by(const SigmaGuard& guard,
                                                      const GuardSight& sight, G& custom) {
    switch (guard.kind) {
    case SigmaGuardKind::TickBudget:
        return sight.used.raw;
    case SigmaGuardKind::Schema:
        return sight.run_predicate;
    case SigmaGuardKind::Custom:
        return custom(guard.custom) ? 1 : 0;
    case SigmaGuardKind::Carry:
    case SigmaGuardKind::Authorization:
        break;
    }
    return sight.request.words[guard.word];
}

/// As many as a batch pays for.
inline constexpr u32 GUARDS_ALONE_MAX = 3;
inline constexpr u32 ALL_GUARDS = (u32{1} << SIGMA_GUARDS_MAX) - 1;

/// What the guards of a task came to.
struct GuardVerdict {
    MuStatus status;
    u8 passed = 0; ///< a bit for each that passes; those behind the last are set
};

/// The guard that stands there; null when it is none.
template<class Tables>
[[nodiscard, gnu::always_inline]] inline const SigmaGuard* guard_at(const Tables& tables,
                                                                    u16 number) {
    if (!is_sound(tables, number < tables.guards.size())) [[unlikely]] {
        return nullptr;
    }
    const SigmaGuard& guard = tables.guards[number];
    return is_sound(tables, is_defined(guard.kind) && guard.word < MU_WORDS) ? &guard : nullptr;
}

/// Whether one guard passes: a branch on its kind, and none behind it.
template<CustomGuards G>
[[nodiscard, gnu::always_inline]] inline bool eval_guard(const SigmaGuard& guard,
                                                         const GuardSight& sight, G& custom) {
    const auto passes_as = [&guard](SigmaGuardKind kind, u64 found) {
        return guard_passes(kind, guard.value, found);
    };
    switch (guard.kind) {
    case SigmaGuardKind::TickBudget:
        return passes_as(SigmaGuardKind::TickBudget, sight.used.raw);
    case SigmaGuardKind::Carry:
        return passes_as(SigmaGuardKind::Carry, sight.request.words[guard.word]);
    case SigmaGuardKind::Authorization:
        return passes_as(SigmaGuardKind::Authorization, sight.request.words[guard.word]);
    case SigmaGuardKind::Schema:
        return passes_as(SigmaGuardKind::Schema, sight.run_predicate);
    case SigmaGuardKind::Custom:
        break;
    }
    return custom(guard.custom);
}

/// Few guards, one by one: cheaper than what a batch takes to be filled. The last comes first, so
/// that the bit of each gets to its place as those before it are added.
template<class Tables, CustomGuards G>
[[nodiscard, gnu::always_inline]] inline GuardVerdict
eval_few_guards(const Tables& tables, const SigmaTask& task, const GuardSight& sight, G& custom) {
    u32 failed = 0;
    for (u32 left = task.guard_count; left != 0; --left) {
        const SigmaGuard* const guard = guard_at(tables, task.guards[left - 1]);
        if (guard == nullptr) [[unlikely]] {
            return {MuStatus::NoGuard};
        }
        failed = 2 * failed + u32{!eval_guard(*guard, sight, custom)};
    }
    return {MuStatus::Ok, static_cast<u8>(ALL_GUARDS & ~failed)};
}

template<class Tables, CustomGuards G>
[[nodiscard, gnu::noinline]] GuardVerdict eval_many_guards(const WorldOf<Tables>& world,
                                                           const SigmaTask& task,
                                                           const GuardSight& sight, G& custom) {
    GuardBatch batch{};
    batch.count = task.guard_count;
    for (u32 i = 0; i < task.guard_count; ++i) {
        const SigmaGuard* const guard = guard_at(world.tables, task.guards[i]);
        if (guard == nullptr) [[unlikely]] {
            return {MuStatus::NoGuard};
        }
        batch.kinds[i] = guard->kind;
        batch.wanted[i] = guard->value;
        batch.found[i] = found_by(*guard, sight, custom);
    }
    return {MuStatus::Ok, static_cast<u8>(world.kernels->guards8(batch))};
}

/// All guards of a task: charged together, and all of them evaluated, whichever fails. `run` is
/// looked at first: null is no run.
template<Meter M, class Tables, CustomGuards G>
[[nodiscard, gnu::always_inline]] inline GuardVerdict
eval_guards(M& meter, const WorldOf<Tables>& world, const TripleRun* run, const SigmaTask& task,
            const MuRequest& request, G& custom) {
    if (!is_sound(world.tables, task.guard_count <= SIGMA_GUARDS_MAX)) [[unlikely]] {
        return {MuStatus::NoGuard};
    }
    if (run == nullptr) [[unlikely]] {
        return {MuStatus::NoRun};
    }
    if (!charge(meter, MuOperation::EvalGuard, task.guard_count)) [[unlikely]] {
        return {MuStatus::OverBudget};
    }
    // One for each way: a batch takes it in memory, where the other need not put it.
    const auto sight = [&] { return GuardSight{request, run->predicate, meter.used()}; };
    return task.guard_count <= GUARDS_ALONE_MAX
               ? eval_few_guards(world.tables, task, sight(), custom)
               : eval_many_guards(world, task, sight(), custom);
}

[[nodiscard, gnu::always_inline]] inline Query query_of(const Hook& hook,
                                                        const MuRequest& request) {
    const bool own_subject = (hook.from_task & HOOK_SUBJECT_FROM_TASK) != 0;
    const bool own_object = (hook.from_task & HOOK_OBJECT_FROM_TASK) != 0;
    Query query{.subject = hook.subject,
                .predicate = hook.predicate,
                .object = hook.object,
                .threshold = hook.threshold};
    if (own_subject) {
        query.subject = request.words[2];
    }
    if (own_object) {
        query.object = request.words[3];
    }
    return query;
}

/// Puts the query to `asked`, or to what emits rows if that is null. Its hashes are in the receipt
/// then, the rest of which is written when it is paid for.
template<Meter M>
[[nodiscard, gnu::always_inline]] inline MuStatus
run_kernel(M& meter, const KernelTable& kernels, BindingKernel asked, OpCode op,
           const TripleRun& run, const Query& query, RowResult& rows, SealedReceipt& receipt,
           bool& answer) {
    const bool is_asked = asked != nullptr;
    if (!charge(meter, is_asked ? MuOperation::RunBoolean : MuOperation::RunRows)) [[unlikely]] {
        return MuStatus::OverBudget;
    }
    if (run.length > RUN_ROWS) [[unlikely]] {
        return MuStatus::RunTooLong;
    }
    if (is_asked) [[likely]] {
        answer = asked(run, query, ending_of(run, op, query, {}), receipt);
        return MuStatus::Ok;
    }
    const MuStatus status = run_emitting(kernels, op, run, query, rows, answer);
    if (status == MuStatus::Ok) {
        receipt.bind(receipt_hashes(kernels, run, op, query, {answer, rows.mask}));
    }
    return status;
}

/// All of it but the hashes.
template<Meter M>
[[nodiscard, gnu::always_inline]] inline MuStatus
write_receipt(M& meter, Receipt& receipt, const MuRequest& request, u16 hook, u64 sequence,
              const TripleRun& run) {
    if (!charge(meter, MuOperation::WriteReceipt)) [[unlikely]] {
        return MuStatus::OverBudget;
    }
    const u64 number = hook_number(request.shard, request.task(), hook);
    receipt.cycle = request.cycle;
    receipt.shard = request.shard;
    receipt.hook = number;
    receipt.ticks = meter.used().raw;
    receipt.actual_ticks = 0;
    receipt.lanes = run.length;
    receipt.pad = 0;
    receipt.span = span_id(request.cycle, number, sequence);
    return MuStatus::Ok;
}

} // namespace knhk
