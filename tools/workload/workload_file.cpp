// SPDX-License-Identifier: MIT
#include "tools/workload/workload_file.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include <fmt/format.h>

#include "tools/workload/schema_tasks.hpp"

namespace knhk::tools {

namespace {

using Name = std::string_view;

constexpr std::array FILE_FIELDS{Name("knhk_workload"), Name("name"),         Name("cores"),
                                 Name("seed"),          Name("stealing"),     Name("topology"),
                                 Name("guards"),        Name("observations"), Name("runs"),
                                 Name("sigma"),         Name("kinds"),        Name("inputs")};

// --- header --------------------------------------------------------------------------------------

void read_header(const Object& object, ScriptHeader& header) {
    header.magic = SCRIPT_MAGIC;
    header.version = SCRIPT_VERSION;
    static_cast<void>(object.require("knhk_workload").number(1, 1));
    object.require("name").short_name(header.name);
    if (const auto cores = object.find("cores")) {
        header.cores = static_cast<u32>(cores->number(1, CORES_MAX));
        if (!std::has_single_bit(header.cores)) {
            cores->fail(fmt::format("{} is not a power of two", header.cores));
        }
    }
    if (const auto seed = object.find("seed")) {
        header.flags |= SCRIPT_SEED_STATED;
        header.seed = seed->number();
    }
    if (const auto stealing = object.find("stealing")) {
        header.flags |= stealing->boolean() ? SCRIPT_STEALING : 0;
    }
}

// --- topology ------------------------------------------------------------------------------------

template<class T>
T latency_of(const Field& field) {
    return static_cast<T>(field.number(1, LATENCY_MAX));
}

void read_hierarchy(const Field& field, ScriptHeader& header) {
    static constexpr std::array FIELDS{Name("groups"), Name("latencies")};
    const Object object(field);
    object.allow(FIELDS);
    const auto groups = object.require("groups").elements(1, TOPOLOGY_GROUPS_MAX);
    for (std::size_t i = 0; i < groups.size(); ++i) {
        header.topology_counts[i] = static_cast<u32>(groups[i].number(1, CORES_MAX));
    }
    const auto latencies =
        object.require("latencies").elements(groups.size() + 1, groups.size() + 1);
    for (std::size_t i = 0; i < latencies.size(); ++i) {
        header.topology_latencies[i] = latency_of<u8>(latencies[i]);
    }
}

void read_mesh(const Field& field, ScriptHeader& header) {
    static constexpr std::array FIELDS{Name("dimensions"), Name("latency"), Name("hops_per_beat")};
    const Object object(field);
    object.allow(FIELDS);
    const auto dimensions = object.require("dimensions").elements(1, MESH_DIMENSIONS);
    for (std::size_t i = 0; i < MESH_DIMENSIONS; ++i) {
        header.topology_counts[i] =
            i < dimensions.size() ? static_cast<u32>(dimensions[i].number(1, CORES_MAX)) : 1;
    }
    header.topology_latencies[0] = latency_of<u8>(object.require("latency"));
    header.hops_per_beat = static_cast<u32>(object.require("hops_per_beat").number(1, ~u32{0}));
}

void read_matrix(const Field& field, WorkloadFile& file) {
    const u32 cores = file.header.cores;
    if (cores == 0) {
        field.fail("needs 'cores' in the file");
    }
    for (const Field& row : field.elements(cores, cores)) {
        for (const Field& latency : row.elements(cores, cores)) {
            file.matrix.push_back(latency_of<u8>(latency));
        }
    }
}

void read_topology(const Field& field, WorkloadFile& file) {
    static constexpr std::array KINDS{Name("flat"), Name("hierarchical"), Name("mesh"),
                                      Name("matrix")};
    const Object object(field);
    object.allow(KINDS);
    const std::size_t which = object.one_of(KINDS);
    const Field inner = object.require(KINDS[which]);
    const auto kind = static_cast<TopologyKind>(which + 1);
    file.header.topology = static_cast<u32>(kind);
    if (kind == TopologyKind::Flat) {
        file.header.topology_latencies[0] = latency_of<u8>(inner);
    } else if (kind == TopologyKind::Hierarchical) {
        read_hierarchy(inner, file.header);
    } else if (kind == TopologyKind::Mesh) {
        read_mesh(inner, file.header);
    } else {
        read_matrix(inner, file);
    }
    const u32 cores = file.header.cores;
    const TopologyResult good =
        cores == 0 ? check_shape(file.topology()) : check_topology(file.topology(), cores);
    if (!good) {
        inner.fail(std::string(good.error()));
    }
}

// --- guards and observations ---------------------------------------------------------------------

constexpr std::array SUBJECTS{Name("payload"), Name("state"), Name("observation"), Name("id")};
constexpr std::array TESTS{Name("never"),     Name("always"),   Name("equal"),
                           Name("not_equal"), Name("less"),     Name("at_least"),
                           Name("any_bits"),  Name("all_bits"), Name("between")};

/// The fields of a guard depend on what it looks at.
void read_subject(const Object& object, GuardRule& rule, std::size_t observations) {
    rule.subject = static_cast<GuardSubject>(object.require("of").choice(SUBJECTS) + 1);
    std::vector<Name> fields{"id", "of", "test", "value"};
    if (rule.test == GuardTest::Between) {
        fields.push_back("to");
    }
    if (rule.subject != GuardSubject::Id) {
        fields.push_back("word");
    }
    if (rule.subject == GuardSubject::Observation) {
        fields.push_back("observation");
    }
    object.allow(fields);
    if (rule.subject == GuardSubject::Payload) {
        rule.index = static_cast<u32>(object.require("word").number(0, PAYLOAD_WORDS - 1));
    } else if (rule.subject == GuardSubject::State) {
        rule.index = static_cast<u32>(object.require("word").number(0, STATE_WORDS - 1));
    } else if (rule.subject == GuardSubject::Observation) {
        const Field number = object.require("observation");
        if (number.number() >= observations) {
            number.fail(fmt::format("there are {} observations", observations));
        }
        rule.index = OBSERVATION_WORDS * static_cast<u32>(number.number()) +
                     static_cast<u32>(object.require("word").number(0, OBSERVATION_WORDS - 1));
    }
}

GuardRule read_guard(const Field& field, std::size_t observations) {
    static constexpr std::array CONSTANT_FIELDS{Name("id"), Name("test")};
    const Object object(field);
    GuardRule rule{};
    rule.id = static_cast<u16>(object.require("id").number(0, SCRIPT_GUARDS_MAX - 1));
    rule.test = static_cast<GuardTest>(object.require("test").choice(TESTS));
    if (rule.test == GuardTest::Never || rule.test == GuardTest::Always) {
        object.allow(CONSTANT_FIELDS);
        return rule;
    }
    read_subject(object, rule, observations);
    rule.value = object.require("value").number();
    if (rule.test == GuardTest::Between) {
        rule.to = object.require("to").number();
    }
    return rule;
}

void read_guards(const Field& field, WorkloadFile& file) {
    for (const Field& guard : field.elements(0, SCRIPT_GUARDS_MAX)) {
        const GuardRule rule = read_guard(guard, file.observations.size());
        if (!file.guards.empty() && rule.id <= file.guards.back().id) {
            guard.fail(fmt::format("id {} behind id {}: guards stand in ascending order of id",
                                   rule.id, file.guards.back().id));
        }
        file.guards.push_back(rule);
    }
}

void read_observations(const Field& field, WorkloadFile& file) {
    for (const Field& row : field.elements(0, SCRIPT_OBSERVATIONS_MAX)) {
        row.numbers(file.observations.emplace_back().words);
    }
}

// --- what tasks of snapshots read, and snapshots -------------------------------------------------

void read_runs(const Field& field, TextIds& ids, WorkloadFile& file) {
    for (const Field& run : field.elements(0, SCRIPT_RUNS_MAX)) {
        file.runs.push_back(read_run(run, ids));
    }
}

void read_snapshots(const Field& field, const SnapshotSource& snapshot_of, WorkloadFile& file) {
    for (const Field& name : field.elements(0, SNAPSHOTS_MAX)) {
        if (!snapshot_of) {
            name.fail("no snapshots can be read from here");
        }
        const std::vector<std::byte> sealed = snapshot_of(name.text());
        file.snapshots.insert(file.snapshots.end(), sealed.begin(), sealed.end());
        ++file.header.snapshots;
    }
}

// --- kinds and inputs ----------------------------------------------------------------------------

/// All names come before the first step, which may name any of them.
KindNames read_kind_names(const std::vector<Field>& kinds) {
    static constexpr std::array FIELDS{Name("name"), Name("steps")};
    KindNames names;
    for (const Field& kind : kinds) {
        const Object object(kind);
        object.allow(FIELDS);
        names.add_from(object);
    }
    return names;
}

KindNames read_kinds(const Object& object, TextIds& ids, WorkloadFile& file) {
    const auto field = object.find("kinds");
    if (!field) {
        return {};
    }
    const std::vector<Field> kinds = field->elements(0, SCRIPT_KINDS_MAX);
    KindNames names = read_kind_names(kinds);
    for (const Field& kind : kinds) {
        file.kind_names.push_back(Object(kind).require("name").text());
        const auto steps = Object(kind).require("steps").elements(0, SCRIPT_STEPS_MAX);
        file.kinds.push_back(
            {static_cast<u32>(file.steps.size()), static_cast<u32>(steps.size()), 0});
        for (const Field& step : steps) {
            file.steps.push_back(read_step(step, names, ids));
        }
    }
    return names;
}

/// Their order is that of their beats, and then that of the file.
void read_inputs(const Field& field, const KindNames& kinds, TextIds& ids, WorkloadFile& file) {
    for (const Field& input : field.elements(0, SCRIPT_GROUPS_MAX)) {
        read_input(input, kinds, ids, file.runs, file.groups);
    }
    if (file.input_count() > SCRIPT_INPUTS_MAX) {
        field.fail(fmt::format("more than {} inputs together", SCRIPT_INPUTS_MAX));
    }
    std::ranges::stable_sort(file.groups, {}, &ScriptGroup::beat);
}

} // namespace

std::optional<u32> WorkloadFile::cores() const {
    return header.cores == 0 ? std::nullopt : std::optional(header.cores);
}

std::optional<u64> WorkloadFile::seed() const {
    return (header.flags & SCRIPT_SEED_STATED) == 0 ? std::nullopt : std::optional(header.seed);
}

Topology WorkloadFile::topology() const {
    Topology topology;
    topology.kind = static_cast<TopologyKind>(header.topology);
    std::ranges::copy(header.topology_counts, topology.counts);
    std::ranges::copy(header.topology_latencies, topology.latencies);
    topology.hops_per_beat = header.hops_per_beat;
    topology.matrix = matrix;
    return topology;
}

/// Each group has 2^40 at most and there are 2^15 groups: no overflow.
u64 WorkloadFile::input_count() const {
    u64 count = 0;
    for (const ScriptGroup& group : groups) {
        count += group.count;
    }
    return count;
}

WorkloadFile parse_workload(std::string_view text, const std::string& file,
                            const SnapshotSource& snapshot_of) {
    const JsonValue value = parse_json(text, file);
    const Object object(Field(value, "", file));
    object.allow(FILE_FIELDS);
    WorkloadFile workload;
    TextIds ids;
    read_header(object, workload.header);
    if (const auto topology = object.find("topology")) {
        read_topology(*topology, workload);
    }
    if (const auto observations = object.find("observations")) {
        read_observations(*observations, workload);
    }
    if (const auto guards = object.find("guards")) {
        read_guards(*guards, workload);
    }
    if (const auto runs = object.find("runs")) {
        read_runs(*runs, ids, workload);
    }
    if (const auto sigma = object.find("sigma")) {
        read_snapshots(*sigma, snapshot_of, workload);
    }
    const KindNames kinds = read_kinds(object, ids, workload);
    read_inputs(object.require("inputs"), kinds, ids, workload);
    if (packed_bytes(workload) > PACKED_BYTES_MAX) {
        object.self().fail(fmt::format("packs into {} bytes, more than {}: fewer inputs, kinds or "
                                       "steps are needed",
                                       packed_bytes(workload), PACKED_BYTES_MAX));
    }
    return workload;
}

} // namespace knhk::tools
