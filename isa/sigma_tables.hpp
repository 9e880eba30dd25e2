// SPDX-License-Identifier: MIT
// What a snapshot says (docs/sigma.md): tasks, the patterns they follow, the guards before them and
// the hooks that they evaluate. Plain records.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include "base/types.hpp"
#include "isa/guard_batch.hpp"
#include "isa/op_code.hpp"
#include "isa/pattern.hpp"

namespace knhk {

inline constexpr u32 SIGMA_GUARDS_MAX = CHATMAN; ///< of a task
inline constexpr u32 SIGMA_HOOKS_MAX = 7;        ///< of a task
inline constexpr u16 SIGMA_NONE = 0xFFFF;        ///< no task follows

/// A query that is put to a run.
struct Hook {
    OpCode op;
    u8 from_task; ///< HOOK_SUBJECT_FROM_TASK, HOOK_OBJECT_FROM_TASK
    u16 reserved;
    u32 threshold; ///< k of the COUNT operations
    u64 subject;
    u64 predicate;
    u64 object;
};
inline constexpr u8 HOOK_SUBJECT_FROM_TASK = 1; ///< payload word 2 instead of `subject`
inline constexpr u8 HOOK_OBJECT_FROM_TASK = 2;  ///< payload word 3 instead of `object`
static_assert(sizeof(Hook) == 32 && std::has_unique_object_representations_v<Hook>);

struct SigmaGuard {
    SigmaGuardKind kind;
    u8 word; ///< of the task's payload, where the kind looks at one
    u16 custom;
    u32 reserved;
    u64 value;
};
static_assert(sizeof(SigmaGuard) == 16 && std::has_unique_object_representations_v<SigmaGuard>);

struct SigmaPattern {
    u16 id; ///< isa/pattern.hpp
    u16 cost;
    u32 reserved;
};
static_assert(sizeof(SigmaPattern) == 8 && std::has_unique_object_representations_v<SigmaPattern>);

struct SigmaTask {
    u16 pattern; ///< a number in the snapshot's table of patterns
    u8 guard_count;
    u8 hook_count;
    u16 when_true;  ///< the task that is spawned then, or SIGMA_NONE
    u16 when_false; ///< the same
    u16 guards[SIGMA_GUARDS_MAX];
    u16 hooks[SIGMA_HOOKS_MAX]; ///< in the order in which they are evaluated
    u8 ticks;                   ///< what it costs (sigma/task_cost.hpp)
    u8 branch_count;
    u16 branches[SIGMA_BRANCHES_MAX]; ///< tasks
    u8 need;                          ///< tokens that a join waits for
    u8 rounds;                        ///< of a cycle, or attempts
    u8 failures;                      ///< that open a circuit breaker
    u8 successes;                     ///< that close it
    u8 reserved[2];
    u32 beats;
};
static_assert(sizeof(SigmaTask) == 64 && std::has_unique_object_representations_v<SigmaTask>);
static_assert(offsetof(SigmaTask, guards) == 8 && offsetof(SigmaTask, hooks) == 24);
static_assert(offsetof(SigmaTask, ticks) == 38 && offsetof(SigmaTask, branches) == 40);
static_assert(offsetof(SigmaTask, need) == 54 && offsetof(SigmaTask, beats) == 60);

/// Of anything: whoever follows a number in them looks first whether it names something.
struct SigmaTables {
    static constexpr bool CHECKED = false;

    std::span<const SigmaTask> tasks;
    std::span<const SigmaPattern> patterns;
    std::span<const SigmaGuard> guards;
    std::span<const Hook> hooks;
};

/// Of a snapshot that was opened: all that it allows was looked at then (sigma/snapshot.cpp), and
/// is not again. Only who has done that makes one.
struct CheckedTables : SigmaTables {
    static constexpr bool CHECKED = true;

    CheckedTables() = default;
    explicit CheckedTables(const SigmaTables& tables) : SigmaTables(tables) {}
};

} // namespace knhk
