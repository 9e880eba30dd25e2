// SPDX-License-Identifier: MIT
// Reads workload files that are valid: docs/workload.md, As a file.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/model/script.hpp"
#include "tests/model/snapshot.hpp"

namespace knhk::model {
namespace {

using Json = nlohmann::json;
using KindNumbers = std::map<std::string, u32>;

constexpr u16 SCRIPT = 6;
constexpr u16 EVAL = 7;
const Json VALUE = "value";

// A number, or a string of 0x and hexadecimal digits.
u64 number(const Json& json) {
    return json.is_string() ? std::stoull(json.get<std::string>(), nullptr, 16) : json.get<u64>();
}

// Ids: FNV-1a 64 of a text's bytes, or a number.
u64 id_number(const Json& json) {
    const std::string text = json.is_string() ? json.get<std::string>() : "0x";
    if (text.starts_with("0x")) {
        return number(json);
    }
    u64 id = 0xCBF29CE484222325;
    for (const char c : text) {
        id = (id ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    }
    return id;
}

u64 number_or(const Json& json, const char* field, u64 otherwise) {
    return json.contains(field) ? number(json[field]) : otherwise;
}

template<class Enum>
u8 one_of(const Json& json, const char* field, const std::map<std::string, Enum>& names) {
    return names.at(json.at(field).get<std::string>());
}

std::vector<u64> numbers(const Json& json) {
    std::vector<u64> result;
    for (const Json& element : json) {
        result.push_back(number(element));
    }
    return result;
}

ScriptTopology read_matrix(const Json& rows) {
    ScriptTopology topology{.kind = TOPOLOGY_MATRIX};
    for (const Json& row : rows) {
        for (const u64 latency : numbers(row)) {
            topology.latencies.push_back(static_cast<u8>(latency));
        }
    }
    return topology;
}

ScriptTopology read_mesh(const Json& json) {
    ScriptTopology topology{.kind = TOPOLOGY_MESH};
    for (const u64 size : numbers(json.at("dimensions"))) {
        topology.sizes.push_back(static_cast<u32>(size));
    }
    topology.sizes.resize(3, 1);
    topology.latencies = {static_cast<u8>(number(json.at("latency")))};
    topology.hops_per_beat = static_cast<u32>(number(json.at("hops_per_beat")));
    return topology;
}

ScriptTopology read_topology(const Json& json) {
    if (json.contains("matrix")) {
        return read_matrix(json["matrix"]);
    }
    if (json.contains("mesh")) {
        return read_mesh(json["mesh"]);
    }
    if (json.contains("flat")) {
        return {.kind = TOPOLOGY_FLAT, .latencies = {static_cast<u8>(number(json["flat"]))}};
    }
    ScriptTopology topology{.kind = TOPOLOGY_HIERARCHICAL};
    for (const u64 size : numbers(json.at("hierarchical").at("groups"))) {
        topology.sizes.push_back(static_cast<u32>(size));
    }
    for (const u64 latency : numbers(json["hierarchical"].at("latencies"))) {
        topology.latencies.push_back(static_cast<u8>(latency));
    }
    return topology;
}

ScriptGuard read_guard(const Json& json) {
    ScriptGuard guard{.id = static_cast<u16>(number(json.at("id")))};
    guard.test = one_of<ScriptTest>(json, "test",
                                    {{"never", TEST_NEVER},
                                     {"always", TEST_ALWAYS},
                                     {"equal", TEST_EQUAL},
                                     {"not_equal", TEST_NOT_EQUAL},
                                     {"less", TEST_LESS},
                                     {"at_least", TEST_AT_LEAST},
                                     {"any_bits", TEST_ANY_BITS},
                                     {"all_bits", TEST_ALL_BITS},
                                     {"between", TEST_BETWEEN}});
    if (json.contains("of")) {
        guard.of = one_of<ScriptOf>(json, "of",
                                    {{"payload", OF_PAYLOAD},
                                     {"state", OF_STATE},
                                     {"observation", OF_OBSERVATION},
                                     {"id", OF_ID}});
    }
    guard.index = static_cast<u32>(4 * number_or(json, "observation", 0)) +
                  static_cast<u32>(number_or(json, "word", 0));
    guard.value = number_or(json, "value", 0);
    guard.to = number_or(json, "to", 0);
    return guard;
}

// The fields that inputs and emissions have in common.
ModelTask read_task(const Json& json, const KindNumbers& kinds) {
    ModelTask task;
    const bool by_handler = json.contains("handler");
    const bool by_kind = json.contains("kind");
    task.handler = by_handler ? static_cast<u16>(number(json["handler"])) : by_kind ? SCRIPT : EVAL;
    if (json.contains("priority")) {
        task.level =
            one_of<u8>(json, "priority", {{"high", HIGH}, {"normal", NORMAL}, {"low", LOW}});
    }
    task.budget = static_cast<u8>(number_or(json, "budget", 8));
    const std::vector<u64> guards = numbers(json.value("guards", Json::array()));
    task.guard_count = static_cast<u8>(guards.size());
    std::ranges::transform(guards, task.guards.begin(),
                           [](u64 id) { return static_cast<u16>(id); });
    task.flags = json.value("stateless", false) ? STATELESS
                 : json.value("delta", false)   ? IS_DELTA
                                                : 0;
    const Json words = json.value(by_handler ? "payload" : "data", Json::array());
    for (u64 i = 0; i < words.size(); ++i) {
        task.payload[i + (by_handler ? 0 : 2)] = words[i] == VALUE       ? 0
                                                 : json.contains("eval") ? id_number(words[i])
                                                                         : number(words[i]);
    }
    if (!by_handler) {
        task.payload[0] = by_kind ? kinds.at(json.at("kind")) : number(json.at("eval"));
        task.payload[0] |= number_or(json, "life", 0) << 32;
        const Json& second = by_kind ? json.value("value", Json(0)) : json.at("run");
        task.payload[1] = second == VALUE ? 0 : number(second);
    }
    return task;
}

// Which words of its payload a step fills in with v.
u8 target_of(const Json& json) {
    u32 target = json.contains("kind") ? 0 : 1;
    if (json.contains("eval")) {
        const Json data = json.value("data", Json::array({0, 0}));
        target += json.at("run") == VALUE ? 2 : 0;
        target += data.at(0) == VALUE ? 4 : 0;
        target += data.at(1) == VALUE ? 8 : 0;
    }
    return static_cast<u8>(target);
}

void read_emission(const Json& json, const KindNumbers& kinds, ScriptStep& step) {
    step.target = target_of(json);
    step.task = read_task(json, kinds);
    step.id_from = FROM_OWN;
    const Json id = json.value("id", Json::object());
    if (id.contains("from")) {
        step.id_from = one_of<ScriptIdFrom>(
            id, "from", {{"zero", FROM_ZERO}, {"own", FROM_OWN}, {"value", FROM_VALUE}});
    }
    step.value = number_or(id, "add", 0);
    if (step.target == 0) {
        step.index = kinds.at(json.at("kind"));
        step.share = static_cast<u32>(number_or(json, "share", 1));
        step.task->payload[0] = 0;
        step.task->payload[1] = 0;
    }
    constexpr std::pair<const char*, ScriptTime> TIMES[] = {
        {"at", TIME_AT}, {"after", TIME_AFTER}, {"within", TIME_WITHIN}};
    for (const auto& [field, from] : TIMES) {
        if (json.contains(field)) {
            step.time_from = from;
            step.time = number(json[field]);
        }
    }
}

ScriptStep read_step(const Json& json, const KindNumbers& kinds) {
    ScriptStep step;
    step.what = one_of<ScriptDo>(json, "do",
                                 {{"set", DO_SET},
                                  {"random", DO_RANDOM},
                                  {"pure", DO_PURE},
                                  {"observe", DO_OBSERVE},
                                  {"read", DO_READ},
                                  {"add", DO_ADD},
                                  {"touch", DO_TOUCH},
                                  {"work", DO_WORK},
                                  {"output", DO_OUTPUT},
                                  {"spawn", DO_SPAWN},
                                  {"send", DO_SEND},
                                  {"order", DO_ORDER},
                                  {"promote", DO_PROMOTE}});
    step.one_in = static_cast<u32>(number_or(json, "one_in", 1));
    if (step.what == DO_PROMOTE) {
        const Json& snapshot = json.at("snapshot");
        step.index = snapshot == "loaded"   ? 8
                     : snapshot == "before" ? 9
                                            : static_cast<u32>(number(snapshot));
        return step;
    }
    if (step.what >= DO_SPAWN) {
        read_emission(json, kinds, step);
        return step;
    }
    step.index = static_cast<u32>(4 * number_or(json, "observation", 0)) +
                 static_cast<u32>(number_or(json, "word", 0));
    step.value = number_or(json, step.what == DO_WORK ? "ticks" : "value", 0);
    return step;
}

void read_kinds(const Json& json, Script& script, KindNumbers& numbers_of_kinds) {
    for (const Json& kind : json) {
        numbers_of_kinds[kind.at("name")] = static_cast<u32>(numbers_of_kinds.size());
    }
    for (const Json& kind : json) {
        ScriptKind& read = script.kinds.emplace_back();
        for (const Json& step : kind.at("steps")) {
            read.steps.push_back(read_step(step, numbers_of_kinds));
        }
    }
}

void read_inputs(const Json& json, Script& script, const KindNumbers& kinds) {
    for (const Json& input : json) {
        ScriptGroup group{.beat = number_or(input, "beat", 0),
                          .count = number_or(input, "count", 1),
                          .id_step = number_or(input, "id_step", 1)};
        group.task = read_task(input, kinds);
        group.task.id = number(input.at("id"));
        if (input.contains("at")) {
            group.time = number(input["at"]);
        }
        const u64 times = number_or(input, "times", 1);
        for (u64 i = 0; i < times; ++i) {
            script.groups.push_back(group);
            group.beat += number_or(input, "every", 1);
        }
    }
    std::ranges::stable_sort(script.groups, {}, &ScriptGroup::beat);
}

} // namespace

Script read_script(const std::string& text, const SnapshotReader& snapshot) {
    const Json json = Json::parse(text);
    Script script{.name = json.at("name"), .stealing = json.value("stealing", false)};
    if (json.contains("cores")) {
        script.cores = static_cast<u32>(number(json["cores"]));
    }
    if (json.contains("seed")) {
        script.seed = number(json["seed"]);
    }
    if (json.contains("topology")) {
        script.topology = read_topology(json["topology"]);
    }
    for (const Json& guard : json.value("guards", Json::array())) {
        script.guards.push_back(read_guard(guard));
    }
    for (const Json& row : json.value("observations", Json::array())) {
        std::ranges::copy(numbers(row), script.observations.emplace_back().begin());
    }
    for (const Json& run : json.value("runs", Json::array())) {
        script.runs.push_back({.predicate = id_number(run.at("predicate"))});
        for (const Json& row : run.at("rows")) {
            script.runs.back().rows.emplace_back(id_number(row.at(0)), id_number(row.at(1)));
        }
    }
    for (const Json& file : json.value("sigma", Json::array())) {
        script.snapshots.push_back(snapshot(file));
    }
    KindNumbers kinds;
    read_kinds(json.value("kinds", Json::array()), script, kinds);
    read_inputs(json.at("inputs"), script, kinds);
    return script;
}

} // namespace knhk::model
