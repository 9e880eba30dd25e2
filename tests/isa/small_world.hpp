// SPDX-License-Identifier: MIT
// A snapshot by hand, small enough to be changed in one place by each test.
#pragma once

#include <vector>

#include "isa/eval_task.hpp"
#include "isa/tick_budget.hpp"

namespace knhk {

/// Task 0: two guards, one hook (ASK_SP), then task 1, or none.
struct SmallWorld {
    std::vector<SigmaTask> tasks;
    std::vector<SigmaPattern> patterns;
    std::vector<SigmaGuard> guards;
    std::vector<Hook> hooks;
    std::vector<TripleRun> runs;
    const KernelTable* kernels = &SCALAR_KERNELS;
    const TripleRun* delta = nullptr;
    MuRequest request{.words = {0, 0, 7, 2}, .cycle = 6, .sequence = 20, .shard = 3};

    SmallWorld() {
        patterns = {{0, 1, 0}};
        guards = {guard(SigmaGuardKind::Carry, 0b0101), guard(SigmaGuardKind::Schema, PREDICATE)};
        hooks = {hook(OpCode::AskSp)};
        tasks = {task({0, 1}, {0})};
        tasks.push_back(tasks[0]);
        tasks[0].when_true = 1;
        runs = {TripleRun{.subjects = {7, 9, 7, 7},
                          .objects = {1, 2, 3, 4},
                          .predicate = PREDICATE,
                          .length = 3,
                          .reserved = {}}};
    }

    static constexpr u64 PREDICATE = 5;

    static SigmaGuard guard(SigmaGuardKind kind, u64 value, u8 word = 2) {
        return {.kind = kind, .word = word, .custom = 77, .reserved = 0, .value = value};
    }
    static Hook hook(OpCode op) {
        return {.op = op,
                .from_task = 0,
                .reserved = 0,
                .threshold = 2,
                .subject = 7,
                .predicate = PREDICATE,
                .object = 2};
    }
    static SigmaTask task(const std::vector<u16>& guards, const std::vector<u16>& hooks) {
        SigmaTask made{};
        made.guard_count = static_cast<u8>(guards.size());
        made.hook_count = static_cast<u8>(hooks.size());
        made.when_true = SIGMA_NONE;
        made.when_false = SIGMA_NONE;
        for (std::size_t i = 0; i < guards.size() && i < SIGMA_GUARDS_MAX; ++i) {
            made.guards[i] = guards[i];
        }
        for (std::size_t i = 0; i < hooks.size() && i < SIGMA_HOOKS_MAX; ++i) {
            made.hooks[i] = hooks[i];
        }
        return made;
    }

    [[nodiscard]] MuWorld world() const {
        return {{tasks, patterns, guards, hooks}, runs, kernels, delta};
    }
    /// Of the first hook's receipt of the first run.
    [[nodiscard]] u64 content_of(const Query& query, bool answer) const {
        return binding_hash(runs[0], hooks[0].op, query, {answer, 0});
    }
    /// With what the scheduler charges before.
    MuOutcome run(TickBudget& budget) const {
        MuOutcome outcome{};
        const auto none = [](u16) { return false; };
        static_cast<void>(budget.charge(cost_of(Operation::Execute)));
        static_cast<void>(eval_task(budget, world(), request, none, NoFlows(), outcome));
        return outcome;
    }
    [[nodiscard]] MuOutcome run(u32 limit = 100) const {
        TickBudget budget(Tick{limit});
        return run(budget);
    }
};

} // namespace knhk
