// SPDX-License-Identifier: MIT
// Deltas that a test hands to a core, with a snapshot and runs that they look at.
#pragma once

#include <gtest/gtest.h>

#include "kernel/sigma_program.hpp"
#include "tests/sched/by_hand.hpp"
#include "tests/sched/two_snapshots.hpp"
#include "tests/support/usable_kernels.hpp"

namespace knhk::test {

class Fibers : public testing::Test {
  protected:
    Fibers() {
        hand_.setup.handlers[EVAL_HANDLER] = run_mu_eval;
        hand_.setup.kernels = &SCALAR_KERNELS;
        hand_.setup.guards[5].rule = &always_;
        hand_.setup.runs = runs_;
        hand_.setup.snapshots = sealed_;
    }
    /// Task 0 has two guards and a hook, task 1 emits rows: nothing follows either.
    static std::vector<std::byte> snapshot() {
        test::SnapshotDraft draft = TwoSnapshots::draft(5);
        draft.tasks[0].when_true = SIGMA_NONE;
        return draft.sealed();
    }
    static TripleRun run_of(u32 rows, u64 object) {
        TripleRun run{};
        run.predicate = TwoSnapshots::PREDICATE;
        run.length = rows;
        for (u32 row = 0; row < rows; ++row) {
            run.subjects[row] = row + 1;
            run.objects[row] = object;
        }
        return run;
    }
    static constexpr u64 PASSES_GUARD = 1;
    /// Of run 0 (eight rows), 1 (one row), 2 (two rows that make task 0 false).
    static Task delta(u64 id, u64 number, u64 run, HandlerId handler = EVAL_HANDLER) {
        Task task = task_of(id, handler);
        task.flags = TASK_DELTA;
        task.payload[0] = number;
        task.payload[DELTA_RUN_WORD] = run;
        task.payload[2] = PASSES_GUARD;
        return task;
    }
    /// The records of all beats until the run is quiescent.
    std::vector<Event> run_to_end() {
        std::vector<Event> all;
        while (hand_.step()) {
            const auto events = hand_.events();
            all.insert(all.end(), events.begin(), events.end());
        }
        return all;
    }
    [[nodiscard]] const CoreClock& counts() { return hand_.core(0).clock(); }

    ByHand hand_;
    std::vector<std::byte> bytes_ = snapshot();
    std::vector<SealedSnapshot> sealed_ = {SealedSnapshot::open(bytes_).value()};
    std::vector<TripleRun> runs_ = {run_of(8, 9), run_of(1, 9), run_of(2, 1), run_of(0, 0)};
    GuardRule always_{5, GuardSubject::Nothing, GuardTest::Always, 0, 0, 0, 0};
};

} // namespace knhk::test
