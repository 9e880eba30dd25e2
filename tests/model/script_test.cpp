// SPDX-License-Identifier: MIT
// The reader of workload files, their packed bytes and what their tasks do, against values worked
// out by hand from docs/workload.md.
#include <gtest/gtest.h>

#include "tests/model/builtin_workloads.hpp"
#include "tests/model/script.hpp"

namespace knhk::model {
namespace {

u64 word_at(const Bytes& bytes, u64 offset, u32 size) {
    u64 value = 0;
    for (u32 i = 0; i < size; ++i) {
        value |= static_cast<u64>(bytes.at(offset + i)) << (8 * i);
    }
    return value;
}

constexpr const char* EXAMPLE = R"({
  "knhk_workload": 1, "name": "pipeline", "cores": 8, "seed": "0x7",
  "topology": {"mesh": {"dimensions": [4, 2], "latency": 1, "hops_per_beat": 2}},
  "guards": [{"id": 5, "of": "payload", "word": 2, "test": "less", "value": 100}],
  "observations": [[1, 2, 3, 4]],
  "kinds": [
    {"name": "split", "steps": [
      {"do": "random"},
      {"do": "spawn", "kind": "leaf", "id": {"from": "value"}, "priority": "low", "guards": [5],
       "data": [60, 0]},
      {"do": "order", "kind": "split", "id": {"from": "own", "add": 1}, "after": 100}]},
    {"name": "leaf", "steps": [{"do": "observe", "observation": 0, "word": 3}, {"do": "output"}]}
  ],
  "inputs": [
    {"kind": "leaf", "id": 3, "beat": 40, "priority": "high", "at": 5000},
    {"kind": "split", "id": 0, "count": 32, "life": 10}
  ]
})";

TEST(ScriptPack, tables_of_the_example_lie_where_the_document_says) {
    const Bytes bytes = pack_script(read_script(EXAMPLE));
    const u64 guards = 192;
    const u64 kinds = guards + 32 + 32;
    const u64 steps = kinds + 2 * 16;
    const u64 groups = steps + 5 * 96;
    ASSERT_EQ(bytes.size(), groups + 2 * 96);
    EXPECT_EQ(word_at(bytes, 0, 8), 0x4B524F574B484E4Bu);
    EXPECT_EQ(word_at(bytes, 12, 4), 1u) << "the seed is stated";
    EXPECT_EQ(word_at(bytes, 16, 4), 8u);
    EXPECT_EQ(word_at(bytes, 20, 4), 3u) << "a mesh";
    EXPECT_EQ(word_at(bytes, 24, 8), 7u);
    EXPECT_EQ(word_at(bytes, 40, 4), 1u) << "the third dimension";
    EXPECT_EQ(word_at(bytes, 64, 1), 1u);
    EXPECT_EQ(word_at(bytes, 80, 4), 2u);
    EXPECT_EQ(word_at(bytes, 96, 4), 5u) << "steps";
    EXPECT_EQ(word_at(bytes, 128, 8), 0x656E696C65706970u) << "the name";
    EXPECT_EQ(word_at(bytes, guards, 4), 0x04010005u);
    EXPECT_EQ(word_at(bytes, kinds + 16, 8), 0x0000000200000003u) << "the leaf's steps";
    EXPECT_EQ(word_at(bytes, steps + 96, 4), 0x00000209u) << "spawn, id from the value, a kind";
    EXPECT_EQ(word_at(bytes, steps + 96 + 4, 4), 1u) << "the leaf";
    EXPECT_EQ(word_at(bytes, steps + 96 + 32 + 8, 2), 5u) << "its guard";
    EXPECT_EQ(word_at(bytes, steps + 96 + 32 + 24, 4), 0x08020006u) << "handler, level, budget";
    EXPECT_EQ(word_at(bytes, steps + 96 + 32 + 48, 8), 60u) << "its data";
    EXPECT_EQ(word_at(bytes, steps + 2 * 96, 4), 0x0001010Bu) << "order, id from own, after";
    EXPECT_EQ(word_at(bytes, steps + 2 * 96 + 24, 8), 100u);
    EXPECT_EQ(word_at(bytes, steps + 3 * 96 + 4, 4), 3u) << "word 3 of observation 0";
    EXPECT_EQ(word_at(bytes, groups + 8, 8), 32u) << "beat 0 goes before beat 40";
    EXPECT_EQ(word_at(bytes, groups + 24, 8), ~u64{0}) << "not ordered";
    EXPECT_EQ(word_at(bytes, groups + 96, 8), 40u);
    EXPECT_EQ(word_at(bytes, groups + 96 + 24, 8), 5000u);
    EXPECT_EQ(word_at(bytes, groups + 96 + 32, 8), 3u) << "the task's id";
}

TEST(ScriptPack, matrix_lies_behind_the_groups_and_is_filled_up) {
    const Bytes bytes = pack_script(read_script(R"({"knhk_workload": 1, "name": "m", "cores": 2,
        "topology": {"matrix": [[1, 2], [3, 4]]}, "inputs": [{"handler": 0, "id": 9}]})"));
    ASSERT_EQ(bytes.size(), 192u + 96 + 8);
    EXPECT_EQ(word_at(bytes, 192 + 96, 8), 0x04030201u);
    EXPECT_EQ(word_at(bytes, 64, 8), 0u);
}

TEST(ScriptTopology, mesh_counts_hops) {
    const std::vector<u8> latencies = latencies_of(read_script(EXAMPLE).topology, 8);
    EXPECT_EQ(latencies[0], 1u);
    EXPECT_EQ(latencies[1], 1u) << "one hop is no beat";
    EXPECT_EQ(latencies[2], 2u) << "two hops";
    EXPECT_EQ(latencies[7], 3u) << "three and one";
    EXPECT_EQ(latencies[3 * 8 + 4], 3u) << "one way and back";
}

TEST(ScriptTopology, hierarchy_takes_the_smallest_group) {
    const ScriptTopology topology{
        .kind = TOPOLOGY_HIERARCHICAL, .sizes = {2, 2}, .latencies = {1, 3, 7}};
    const std::vector<u8> latencies = latencies_of(topology, 8);
    const std::vector<u8> from_1(latencies.begin() + 8, latencies.begin() + 16);
    EXPECT_EQ(from_1, (std::vector<u8>{1, 1, 3, 3, 7, 7, 7, 7}));
}

/// The last event of the only task that runs, without guards or other tasks.
ModelEvent executed(const std::string& steps, const std::string& more = "\"life\": 5") {
    const ModelRun run =
        Model(config_of(read_script(
                  R"({"knhk_workload": 1, "name": "t", "cores": 1,
            "guards": [{"id": 1, "test": "never"}, {"id": 2, "test": "always"}],
            "observations": [[1, 2, 3, 4]], "kinds": [{"name": "k", "steps": [)" +
                  steps + R"(]}], "inputs": [{"kind": "k", "id": 8, "value": 6, )" + more + "}]}")))
            .run();
    return run.beats.at(0).events.at(0).at(2);
}

u64 hash_of_output(u64 a, u64 b, u64 c, u64 d) {
    const std::array<u64, 4> words = {a, b, c, d};
    return hash64(std::as_bytes(std::span(words)));
}

TEST(Script, output_is_value_life_id_and_refusals) {
    const ModelEvent event = executed(R"({"do": "observe", "observation": 0, "word": 2},
        {"do": "send", "handler": 99}, {"do": "output"})");
    EXPECT_EQ(event.status, INVALID_TASK);
    EXPECT_EQ(event.ticks, 4u);
    EXPECT_EQ(event.hash, hash_of_output(9, 5, 8, 1));
}

TEST(Script, pure_is_four_times_the_value) {
    EXPECT_EQ(executed(R"({"do": "pure", "value": 3})").hash, hash_of_output(3, 3, 3, 3));
}

TEST(Script, one_in_leaves_out_steps) {
    EXPECT_EQ(executed(R"({"do": "work", "ticks": 2, "one_in": 3})").ticks, 3u);
    EXPECT_EQ(executed(R"({"do": "work", "ticks": 2, "one_in": 4})").ticks, 1u);
}

TEST(Script, state_read_after_add_is_the_sum) {
    const ModelEvent event = executed(R"({"do": "add", "word": 511}, {"do": "read", "word": 511},
        {"do": "output"})");
    EXPECT_EQ(event.hash, hash_of_output(12, 5, 8, 0));
}

TEST(Script, no_life_emits_no_kinds) {
    const ModelEvent event = executed(R"({"do": "send", "kind": "k"})", "\"life\": 0");
    EXPECT_EQ(event.ticks, 1u);
    EXPECT_EQ(executed(R"({"do": "send", "kind": "k"})").ticks, 2u);
}

TEST(Script, failing_guard_leaves_its_id_and_ticks) {
    const ModelEvent event = executed(R"({"do": "output"})", "\"guards\": [2, 1, 2]");
    EXPECT_EQ(event.status, GUARD_FAILED);
    EXPECT_EQ(event.hash, 1u);
    EXPECT_EQ(event.ticks, 3u);
}

TEST(Script, times_repeat_an_input_with_the_same_ids) {
    const ModelConfig config = config_of(read_script(R"({"knhk_workload": 1, "name": "t",
        "inputs": [{"handler": 0, "id": 5, "count": 2, "id_step": 3, "beat": 1, "times": 2,
        "every": 4}, {"handler": 0, "id": 1, "beat": 1}]})"));
    std::vector<std::pair<u64, u64>> beats_and_ids;
    for (const ModelInput& input : config.inputs) {
        beats_and_ids.emplace_back(input.beat, input.task.id);
    }
    const std::vector<std::pair<u64, u64>> expected = {{1, 5}, {1, 8}, {1, 1}, {5, 5}, {5, 8}};
    EXPECT_EQ(beats_and_ids, expected);
}

} // namespace
} // namespace knhk::model
