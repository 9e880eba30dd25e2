// SPDX-License-Identifier: MIT
// Packed workloads built from tables: good by default, with every field open to lies.
#pragma once

#include <vector>

#include "kernel/script.hpp"

namespace knhk::test {

struct ScriptBuilder {
    ScriptHeader header{};
    std::vector<GuardRule> guards;
    std::vector<Observation> observations;
    std::vector<ScriptKind> kinds;
    std::vector<ScriptStep> steps;
    std::vector<ScriptGroup> groups;
    std::vector<ScriptRun> runs;
    std::vector<std::byte> snapshots; ///< as many as the header says
    std::vector<u8> matrix;

    /// One of everything: each test and subject of guards, each step, two groups of inputs, a run.
    ScriptBuilder();

    /// The tables behind the header, whose counts are theirs.
    [[nodiscard]] std::vector<std::byte> bytes() const;
};

[[nodiscard]] ScriptStep step_of(Act act);
[[nodiscard]] ScriptStep emission_of(Act act, u32 kind);

} // namespace knhk::test
