// SPDX-License-Identifier: MIT
// Two snapshots that a run may follow, for tests of sched/.
#pragma once

#include <vector>

#include "tests/support/snapshot_builder.hpp"

namespace knhk::test {

struct TwoSnapshots {
    /// Task 0 has two guards and a hook, and task 1 behind it when that is true; task 1 emits rows.
    /// `object` is what its first hook asks for, and all that tells them apart.
    static SnapshotDraft draft(u64 object) {
        SnapshotDraft draft;
        draft.guards = {{SigmaGuardKind::Carry, 2, 0, 0, 1}, {SigmaGuardKind::Custom, 0, 5, 0, 0}};
        draft.hooks = {{OpCode::CompareOGe, 0, 0, 0, 0, PREDICATE, object},
                       {OpCode::Construct8, 0, 0, 0, 0, PREDICATE, 3}};
        draft.tasks = {task_with({0}), task_with({1})};
        draft.tasks[0].guard_count = 2;
        draft.tasks[0].guards[1] = 1;
        draft.tasks[0].when_true = 1;
        return draft;
    }
    static constexpr u64 PREDICATE = 20;

    [[nodiscard]] u64 id_word(u32 number) const {
        return knhk::id_word(sealed[number].snapshot.id());
    }

    std::vector<std::byte> bytes[2] = {draft(5).sealed(), draft(6).sealed()};
    std::vector<SealedSnapshot> sealed = {SealedSnapshot::open(bytes[0]).value(),
                                          SealedSnapshot::open(bytes[1]).value()};
};

} // namespace knhk::test
