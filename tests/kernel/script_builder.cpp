// SPDX-License-Identifier: MIT
#include "tests/kernel/script_builder.hpp"

#include <cstring>

#include "tests/support/append_records.hpp"

namespace knhk::test {

namespace {

std::vector<ScriptStep> all_steps() {
    std::vector<ScriptStep> steps;
    for (u8 act = 0; act <= static_cast<u8>(Act::Output); ++act) {
        steps.push_back(step_of(static_cast<Act>(act)));
    }
    steps[static_cast<std::size_t>(Act::Work)].value = 3;
    steps.push_back(emission_of(Act::Spawn, 0));
    steps.push_back(emission_of(Act::Send, 1));
    steps.push_back(emission_of(Act::Order, 1));
    steps.back().time_is = OrderTime::After;
    steps.back().time = 5;
    return steps;
}

} // namespace

ScriptStep step_of(Act act) {
    ScriptStep step{};
    std::memset(static_cast<void*>(&step), 0, sizeof step);
    step.act = act;
    step.one_in = 1;
    return step;
}

ScriptStep emission_of(Act act, u32 kind) {
    ScriptStep step = step_of(act);
    step.id_from = IdFrom::Own;
    step.index = kind;
    step.share = 1;
    step.task = Task{.handler = SCRIPT_HANDLER};
    return step;
}

ScriptBuilder::ScriptBuilder() {
    header.magic = SCRIPT_MAGIC;
    header.version = SCRIPT_VERSION;
    header.flags = SCRIPT_SEED_STATED;
    header.cores = 4;
    header.seed = 9;
    header.topology = static_cast<u32>(TopologyKind::Mesh);
    header.topology_counts[0] = 2;
    header.topology_counts[1] = 2;
    header.topology_counts[2] = 1;
    header.topology_latencies[0] = 1;
    header.hops_per_beat = 1;
    std::memcpy(header.name, "built", 5);
    observations = {{{1, 2, 3, 4}}, {{5, 6, 7, 8}}};
    guards = {{0, GuardSubject::Nothing, GuardTest::Never, 0, 0, 0, 0},
              {3, GuardSubject::Payload, GuardTest::Less, 3, 7, 0, 0},
              {4, GuardSubject::State, GuardTest::Equal, 511, 7, 0, 0},
              {5, GuardSubject::Observation, GuardTest::Between, 7, 7, 9, 0},
              {999, GuardSubject::Id, GuardTest::AllBits, 0, 7, 0, 0}};
    steps = all_steps();
    kinds = {{0, 9, 0}, {9, 3, 0}};
    runs = {{.subjects = {1, 2}, .objects = {3, 4}, .predicate = 20, .length = 2}};
    groups = {{0, 3, 1, NOT_ORDERED, Task{.id = 5, .handler = SCRIPT_HANDLER}},
              {7, 1, 0, 100, Task{.id = 6, .handler = 0}}};
}

std::vector<std::byte> ScriptBuilder::bytes() const {
    ScriptHeader counted = header;
    counted.guards += static_cast<u32>(guards.size());
    counted.observations += static_cast<u32>(observations.size());
    counted.kinds += static_cast<u32>(kinds.size());
    counted.steps += static_cast<u32>(steps.size());
    counted.groups += static_cast<u32>(groups.size());
    counted.runs += static_cast<u32>(runs.size());
    counted.snapshot_bytes += static_cast<u32>(snapshots.size());
    std::vector<std::byte> all(sizeof counted);
    std::memcpy(all.data(), &counted, sizeof counted);
    append_records(all, guards);
    append_records(all, observations);
    append_records(all, kinds);
    append_records(all, steps);
    append_records(all, groups);
    append_records(all, runs);
    append_records(all, snapshots);
    append_records(all, matrix);
    all.resize((all.size() + 7) / 8 * 8);
    return all;
}

} // namespace knhk::test
