// SPDX-License-Identifier: MIT
// The parts of a workload file that describe tasks: steps of kinds, and inputs. For
// tools/workload/workload_file.cpp, and for tasks that come one by one while a run goes on.
#pragma once

#include <optional>
#include <vector>

#include "kernel/script.hpp"
#include "kernel/sigma_program.hpp"
#include "tools/workload/fields.hpp"
#include "tools/workload/text_ids.hpp"

namespace knhk::tools {

/// The kinds of a file by their names.
class KindNames : public Names {
  public:
    KindNames() : Names("kind") {}
};

/// A run: {"predicate": P, "rows": [[S, O], ...]}.
[[nodiscard]] ScriptRun read_run(const Field& field, TextIds& ids);

[[nodiscard]] ScriptStep read_step(const Field& field, const KindNames& kinds, TextIds& ids);

/// Appends the groups of one entry of `inputs`; `runs` are those of the file.
void read_input(const Field& field, const KindNames& kinds, TextIds& ids,
                std::span<const ScriptRun> runs, std::vector<ScriptGroup>& groups);

/// A task from outside, and the time that it is ordered for or NOT_ORDERED.
struct OutsideTask {
    Task task;
    u64 time;
    std::optional<ScriptRun> rows; ///< that it brings
};
/// Said as an entry of `inputs`, without what says how many and when; a built-in handler may be
/// said by its name.
[[nodiscard]] OutsideTask read_outside_task(const Field& field, const KindNames& kinds);

} // namespace knhk::tools
