// SPDX-License-Identifier: MIT
// Workload files for the model, written from docs/workload.md alone: what a file says, the bytes
// that it is packed into, and what its tasks do.
#pragma once

#include <string>

#include "tests/model/model.hpp"
#include "tests/model/snapshot.hpp"

namespace knhk::model {

/// The numbers of docs/workload.md, Packed.
enum ScriptDo : u8 {
    DO_SET,
    DO_RANDOM,
    DO_PURE,
    DO_OBSERVE,
    DO_READ,
    DO_ADD,
    DO_TOUCH,
    DO_WORK,
    DO_OUTPUT,
    DO_SPAWN,
    DO_SEND,
    DO_ORDER,
    DO_PROMOTE
};
enum ScriptIdFrom : u8 { FROM_ZERO, FROM_OWN, FROM_VALUE };
enum ScriptTime : u8 { TIME_AT, TIME_AFTER, TIME_WITHIN };
enum ScriptOf : u8 { OF_NOTHING, OF_PAYLOAD, OF_STATE, OF_OBSERVATION, OF_ID };
enum ScriptTest : u8 {
    TEST_NEVER,
    TEST_ALWAYS,
    TEST_EQUAL,
    TEST_NOT_EQUAL,
    TEST_LESS,
    TEST_AT_LEAST,
    TEST_ANY_BITS,
    TEST_ALL_BITS,
    TEST_BETWEEN
};
enum ScriptTopologyKind : u8 {
    TOPOLOGY_NOT_STATED,
    TOPOLOGY_FLAT,
    TOPOLOGY_HIERARCHICAL,
    TOPOLOGY_MESH,
    TOPOLOGY_MATRIX
};

struct ScriptTopology {
    u8 kind = TOPOLOGY_NOT_STATED;
    std::vector<u32> sizes;    ///< of groups, or three dimensions
    std::vector<u8> latencies; ///< one, those of the groups, one, or a matrix
    u32 hops_per_beat = 0;     ///< of a mesh
};

struct ScriptGuard {
    u16 id = 0;
    u8 of = OF_NOTHING;
    u8 test = TEST_NEVER;
    u32 index = 0;
    u64 value = 0;
    u64 to = 0;
};

struct ScriptStep {
    u8 what = DO_SET;
    u8 id_from = FROM_ZERO;
    u8 time_from = TIME_AT;
    u8 target = 0; ///< 0: a kind; else 1, and a bit for each word that is v
    u32 index = 0; ///< the kind, the state's word, or 4 x observation + word
    u32 one_in = 1;
    u32 share = 0;
    u64 value = 0; ///< the value, ticks, or what is added to the id
    u64 time = 0;
    std::optional<ModelTask> task = {}; ///< of an emission
};

struct ScriptKind {
    std::vector<ScriptStep> steps;
};

/// Inputs that differ by their ids alone.
struct ScriptGroup {
    u64 beat = 0;
    u64 count = 1;
    u64 id_step = 1;
    std::optional<u64> time = {};
    ModelTask task = {};
};

struct Script {
    std::string name;
    std::optional<u32> cores;
    std::optional<u64> seed;
    bool stealing = false;
    ScriptTopology topology;
    std::vector<ScriptGuard> guards;
    std::vector<Observation> observations;
    std::vector<ScriptKind> kinds;
    std::vector<ScriptGroup> groups; ///< in the order of their beats
    std::vector<ModelTriples> runs;
    std::vector<Bytes> snapshots; ///< their files
};

/// The bytes of a snapshot that a file names.
using SnapshotReader = std::function<Bytes(const std::string& name)>;
/// script_file.cpp. Of a valid file; throws something for most others.
[[nodiscard]] Script read_script(const std::string& json,
                                 const SnapshotReader& snapshot = snapshot_file);
/// script_pack.cpp.
[[nodiscard]] Bytes pack_script(const Script& script);
/// script_topology.cpp. What is not stated is flat, 1 beat.
[[nodiscard]] std::vector<u8> latencies_of(const ScriptTopology& topology, u32 cores);

/// script.cpp. `cores` and `seed` are for files that state none.
[[nodiscard]] ModelConfig config_of(const Script& script, u32 cores = 4, u64 seed = 1);

/// D of a workload file's run, from its text alone.
[[nodiscard]] ModelDigest digest_of_file(const std::string& json, u64 beats_max = ~u64{0},
                                         const SnapshotReader& snapshot = snapshot_file);

} // namespace knhk::model
