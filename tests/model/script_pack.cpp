// SPDX-License-Identifier: MIT
// The bytes that a workload file is packed into: docs/workload.md, Packed.
#include <algorithm>

#include "tests/model/script.hpp"

namespace knhk::model {
namespace {

constexpr u64 MAGIC = 0x4B524F574B484E4B;
constexpr u64 HEADER_BYTES = 192;
constexpr u64 COUNTS_AT = 84;
constexpr u64 NAME_AT = 128;

void fill_to(Bytes& bytes, u64 size) {
    bytes.resize(std::max<u64>(bytes.size(), size));
}

void append_topology(Bytes& bytes, const ScriptTopology& topology, u64 begin) {
    for (const u32 size : topology.sizes) {
        append(bytes, size, 4);
    }
    fill_to(bytes, begin + 32);
    if (topology.kind != TOPOLOGY_MATRIX) {
        append(bytes, std::as_bytes(std::span(topology.latencies)));
    }
    fill_to(bytes, begin + 48);
    append(bytes, topology.hops_per_beat, 4);
}

Bytes header(const Script& script) {
    Bytes bytes;
    append(bytes, MAGIC, 8);
    append(bytes, 3, 4);
    append(bytes, (script.seed ? 1u : 0u) | (script.stealing ? 2u : 0u), 4);
    append(bytes, script.cores.value_or(0), 4);
    append(bytes, script.topology.kind, 4);
    append(bytes, script.seed.value_or(0), 8);
    append_topology(bytes, script.topology, bytes.size());
    fill_to(bytes, COUNTS_AT);
    u64 snapshot_bytes = 0;
    for (const Bytes& snapshot : script.snapshots) {
        snapshot_bytes += snapshot.size();
    }
    u64 steps = 0;
    for (const ScriptKind& kind : script.kinds) {
        steps += kind.steps.size();
    }
    for (const u64 count :
         {script.guards.size(), script.observations.size(), script.kinds.size(), steps,
          script.groups.size(), script.runs.size(), script.snapshots.size(), snapshot_bytes}) {
        append(bytes, count, 4);
    }
    fill_to(bytes, NAME_AT);
    append(bytes, script.name);
    fill_to(bytes, HEADER_BYTES);
    return bytes;
}

void append_guard(Bytes& bytes, const ScriptGuard& guard) {
    append(bytes, guard.id, 2);
    append(bytes, guard.of, 1);
    append(bytes, guard.test, 1);
    append(bytes, guard.index, 4);
    append(bytes, guard.value, 8);
    append(bytes, guard.to, 8);
    append(bytes, 0, 8);
}

void append_kinds(Bytes& bytes, const std::vector<ScriptKind>& kinds) {
    u64 first = 0;
    for (const ScriptKind& kind : kinds) {
        append(bytes, first, 4);
        append(bytes, kind.steps.size(), 4);
        append(bytes, 0, 8);
        first += kind.steps.size();
    }
}

void append_step(Bytes& bytes, const ScriptStep& step) {
    append(bytes, step.what, 1);
    append(bytes, step.id_from, 1);
    append(bytes, step.time_from, 1);
    append(bytes, step.target, 1);
    append(bytes, step.index, 4);
    append(bytes, step.one_in, 4);
    append(bytes, step.share, 4);
    append(bytes, step.value, 8);
    append(bytes, step.time, 8);
    const u64 end = bytes.size() + 64;
    if (step.task) {
        append(bytes, step.task->encode());
    }
    fill_to(bytes, end);
}

void append_group(Bytes& bytes, const ScriptGroup& group) {
    append(bytes, group.beat, 8);
    append(bytes, group.count, 8);
    append(bytes, group.id_step, 8);
    append(bytes, group.time.value_or(~u64{0}), 8);
    append(bytes, group.task.encode());
}

} // namespace

Bytes pack_script(const Script& script) {
    Bytes bytes = header(script);
    for (const ScriptGuard& guard : script.guards) {
        append_guard(bytes, guard);
    }
    for (const Observation& row : script.observations) {
        for (const u64 word : row) {
            append(bytes, word, 8);
        }
    }
    append_kinds(bytes, script.kinds);
    for (const ScriptKind& kind : script.kinds) {
        for (const ScriptStep& step : kind.steps) {
            append_step(bytes, step);
        }
    }
    for (const ScriptGroup& group : script.groups) {
        append_group(bytes, group);
    }
    for (const ModelTriples& run : script.runs) {
        append_run(bytes, run);
    }
    for (const Bytes& snapshot : script.snapshots) {
        append(bytes, snapshot);
    }
    if (script.topology.kind == TOPOLOGY_MATRIX) {
        append(bytes, std::as_bytes(std::span(script.topology.latencies)));
        fill_to(bytes, (bytes.size() + 7) / 8 * 8);
    }
    return bytes;
}

} // namespace knhk::model
