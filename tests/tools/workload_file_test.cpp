// SPDX-License-Identifier: MIT
// What a workload file is packed into, seen through the image's own view of it. Its bytes are
// compared with an independent packer's in tests/independent/test_workload_pack.py.
#include "tools/workload/workload_file.hpp"

#include <gtest/gtest.h>

#include <cstdio>

#include "kernel/sigma_program.hpp"
#include "tests/tools/workload_text.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/host/failure.hpp"
#include "tools/host/temporary_directory.hpp"
#include "tools/sigma/sigma_text.hpp"

namespace knhk::tools {
namespace {

using test::RICH_WORKLOAD;
using test::with;

/// A packed file and its view.
struct Packed {
    explicit Packed(const std::string& text) : bytes(pack(parse_workload(text, "f.json"))) {
        const auto opened = Script::open(bytes);
        EXPECT_TRUE(opened.has_value());
        script = opened.value_or(Script());
    }
    std::vector<std::byte> bytes;
    Script script;
};

/// A file with these fields beside those that it needs.
std::string minimal(const std::string& fields) {
    return "{\"knhk_workload\": 1, \"name\": \"m\"" + (fields.empty() ? "" : ", " + fields) + "}";
}

TEST(WorkloadFileTest, header_says_what_the_file_says) {
    const Packed packed(RICH_WORKLOAD);
    const ScriptHeader& header = packed.script.header();
    EXPECT_EQ(packed.script.name(), "rich");
    EXPECT_EQ(header.cores, 4u);
    EXPECT_TRUE(packed.script.states_seed());
    EXPECT_EQ(header.seed, 0xFEEDu);
    EXPECT_TRUE(packed.script.stealing());
    const Topology topology = packed.script.topology();
    EXPECT_EQ(topology.kind, TopologyKind::Hierarchical);
    EXPECT_EQ(topology.counts[0], 2u);
    EXPECT_EQ(topology.latencies[0], 1);
    EXPECT_EQ(topology.latencies[1], 3);
}

TEST(WorkloadFileTest, what_is_not_said_is_not_stated) {
    const WorkloadFile file = parse_workload(minimal("\"inputs\": []"), "f.json");
    EXPECT_FALSE(file.cores());
    EXPECT_FALSE(file.seed());
    EXPECT_EQ(file.topology().kind, TopologyKind::None);
    EXPECT_EQ(file.input_count(), 0u);
    EXPECT_EQ(pack(file).size(), 192u);
}

TEST(WorkloadFileTest, seed_of_zero_is_stated) {
    const WorkloadFile file = parse_workload(minimal("\"seed\": 0, \"inputs\": []"), "f.json");
    EXPECT_EQ(file.seed(), std::optional(u64{0}));
}

TEST(WorkloadFileTest, guards_and_observations_are_rows_in_their_order) {
    const Packed packed(RICH_WORKLOAD);
    const auto guards = packed.script.guards();
    ASSERT_EQ(guards.size(), 6u);
    EXPECT_EQ(guards[0].test, GuardTest::Never);
    EXPECT_EQ(guards[1].test, GuardTest::Always);
    EXPECT_EQ(guards[2].id, 5);
    EXPECT_EQ(guards[2].subject, GuardSubject::Payload);
    EXPECT_EQ(guards[2].index, 3u);
    EXPECT_EQ(guards[2].value, 100u);
    EXPECT_EQ(guards[3].subject, GuardSubject::State);
    EXPECT_EQ(guards[3].index, 511u);
    EXPECT_EQ(guards[3].value, 0xFFu);
    EXPECT_EQ(guards[4].subject, GuardSubject::Observation);
    EXPECT_EQ(guards[4].index, 6u);
    EXPECT_EQ(guards[5].subject, GuardSubject::Id);
    EXPECT_EQ(guards[5].value, 10u);
    EXPECT_EQ(guards[5].to, ~u64{0});
    ASSERT_EQ(packed.script.observations().size(), 2u);
    EXPECT_EQ(packed.script.observations()[1].words[3], 8u);
}

TEST(WorkloadFileTest, steps_hold_what_their_do_needs) {
    const Packed packed(RICH_WORKLOAD);
    const auto steps = packed.script.steps_of(0);
    ASSERT_EQ(steps.size(), 9u);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(steps[i].act), i);
        EXPECT_EQ(steps[i].one_in, i == 1 ? ~u32{0} : 1u);
    }
    EXPECT_EQ(steps[0].value, 9u);
    EXPECT_EQ(steps[2].value, 11u);
    EXPECT_EQ(steps[3].index, 4095u);
    EXPECT_EQ(steps[4].index, 511u);
    EXPECT_EQ(steps[5].index, 12u);
    EXPECT_EQ(steps[7].value, ~u32{0});
    EXPECT_TRUE(packed.script.steps_of(2).empty());
    EXPECT_TRUE(packed.script.steps_of(3).empty()) << "there is no such kind";
}

TEST(WorkloadFileTest, emissions_hold_their_task_and_where_it_goes) {
    const Packed packed(RICH_WORKLOAD);
    const auto steps = packed.script.steps_of(1);
    ASSERT_EQ(steps.size(), 5u);
    const Task& child = steps[0].task;
    EXPECT_EQ(steps[0].id_from, IdFrom::Zero);
    EXPECT_EQ(steps[0].value, 77u);
    EXPECT_EQ(steps[0].share, 3u);
    EXPECT_EQ(child.handler, SCRIPT_HANDLER);
    EXPECT_EQ(child.level, Level::Low);
    EXPECT_EQ(child.budget_ticks, 0);
    EXPECT_EQ(child.guard_count, 2);
    EXPECT_EQ(child.guards[0], 1023);
    EXPECT_EQ(child.guards[1], 5);
    EXPECT_TRUE(child.stateless());
    EXPECT_EQ(child.payload[2], 21u);
    EXPECT_EQ(child.payload[3], 22u);
    EXPECT_EQ(steps[1].id_from, IdFrom::Value);
    EXPECT_EQ(steps[1].target, 1);
    EXPECT_EQ(steps[1].task.handler, 65535);
    EXPECT_EQ(steps[1].task.payload[3], 4u);
    EXPECT_EQ(steps[1].task.level, Level::Normal);
    EXPECT_EQ(steps[1].task.budget_ticks, 8);
    EXPECT_EQ(steps[2].id_from, IdFrom::Own);
    EXPECT_EQ(steps[2].time_is, OrderTime::At);
    EXPECT_EQ(steps[2].time, ~u64{0});
    EXPECT_EQ(steps[2].index, 1u);
    EXPECT_EQ(steps[3].time_is, OrderTime::After);
    EXPECT_EQ(steps[3].value, 5u);
    EXPECT_EQ(steps[4].time_is, OrderTime::Within);
    EXPECT_EQ(steps[4].time, 7u);
}

TEST(WorkloadFileTest, tasks_of_the_snapshot_are_said_by_their_number) {
    const Packed packed(minimal(R"("kinds": [{"name": "k", "steps": [
        {"do": "send", "eval": 3, "run": "value", "data": [7, "value"], "life": 5},
        {"do": "order", "eval": 1023, "run": 1023, "at": 9, "budget": 2},
        {"do": "promote", "snapshot": "loaded"}, {"do": "promote", "snapshot": "before"}]}],
        "inputs": [{"eval": 2, "run": 4, "data": [5, "0x6"], "id": 8, "life": 1}])"));
    const auto steps = packed.script.steps_of(0);
    ASSERT_EQ(steps.size(), 4u);
    EXPECT_EQ(steps[0].target, TARGET_HANDLER | TARGET_RUN_FROM_VALUE | TARGET_WORD_3_IS_VALUE);
    EXPECT_EQ(steps[0].task.handler, EVAL_HANDLER);
    EXPECT_EQ(steps[0].task.payload[0], kind_and_life(3, 5));
    EXPECT_EQ(steps[0].task.payload[1], 0u);
    EXPECT_EQ(steps[0].task.payload[2], 7u);
    EXPECT_EQ(steps[1].target, TARGET_HANDLER);
    EXPECT_EQ(steps[1].task.payload[1], 1023u);
    EXPECT_EQ(steps[1].task.budget_ticks, 2u);
    EXPECT_EQ(steps[2].index, SNAPSHOT_LOADED);
    EXPECT_EQ(steps[3].index, SNAPSHOT_BEFORE);
    const Task input = packed.script.input(0);
    EXPECT_EQ(input.handler, EVAL_HANDLER);
    EXPECT_EQ(input.id, 8u);
    EXPECT_EQ(input.payload[0], kind_and_life(2, 1));
    EXPECT_EQ(input.payload[1], 4u);
    EXPECT_EQ(input.payload[2], 5u);
    EXPECT_EQ(input.payload[3], 6u);
}

TEST(WorkloadFileTest, deltas_are_tasks_of_a_run_of_the_file) {
    const Packed packed(minimal(R"("runs": [{"predicate": 5, "rows": [[1, 2]]}],
        "kinds": [{"name": "k", "steps": [
            {"do": "send", "eval": 3, "run": "value", "delta": true},
            {"do": "spawn", "kind": "k", "delta": false}]}],
        "inputs": [{"eval": 2, "run": 0, "id": 8, "delta": true},
                   {"kind": "k", "value": 0, "id": 9, "delta": true}])"));
    EXPECT_EQ(packed.script.steps_of(0)[0].task.flags, TASK_DELTA);
    EXPECT_EQ(packed.script.steps_of(0)[1].task.flags, 0);
    EXPECT_EQ(packed.script.input(0).flags, TASK_DELTA);
    EXPECT_EQ(packed.script.input(1).flags, TASK_DELTA);
}

TEST(WorkloadFileTest, inputs_stand_in_the_order_of_beats_and_then_of_the_file) {
    const Packed packed(RICH_WORKLOAD);
    const auto groups = packed.script.groups();
    ASSERT_EQ(groups.size(), 5u);
    const u64 beats[] = {0, 4, 4, 8, 9};
    for (std::size_t i = 0; i < groups.size(); ++i) {
        EXPECT_EQ(groups[i].beat, beats[i]) << i;
    }
    EXPECT_EQ(groups[1].count, 1000u) << "the entry that comes first in the file";
    EXPECT_EQ(groups[1].id_step, 3u);
    EXPECT_EQ(groups[1].time, NOT_ORDERED);
    EXPECT_EQ(groups[2].task.id, ~u64{0});
    EXPECT_EQ(groups[2].time, 0u);
    EXPECT_EQ(groups[2].task.handler, 2);
    EXPECT_EQ(groups[2].task.payload[0], 5u);
    EXPECT_EQ(groups[2].task.level, Level::High);
    EXPECT_EQ(groups[4].task.payload[0], 0xFFFF'FFFF'0000'0001u) << "life and kind";
    EXPECT_EQ(groups[4].task.payload[1], 3u);
    EXPECT_EQ(groups[4].task.payload[3], 32u);
    EXPECT_EQ(packed.script.input_count(), 3002u);
}

TEST(WorkloadFileTest, every_topology_is_packed) {
    const auto topology_of = [](const std::string& topology) {
        return parse_workload(minimal("\"inputs\": [], \"topology\": " + topology), "f.json")
            .header;
    };
    EXPECT_EQ(topology_of("{\"flat\": 7}").topology_latencies[0], 7);
    const ScriptHeader mesh =
        topology_of(R"({"mesh": {"dimensions": [4], "latency": 2, "hops_per_beat": 3}})");
    EXPECT_EQ(mesh.topology, 3u);
    EXPECT_EQ(mesh.topology_counts[0], 4u);
    EXPECT_EQ(mesh.topology_counts[1], 1u);
    EXPECT_EQ(mesh.topology_counts[2], 1u);
    EXPECT_EQ(mesh.topology_counts[3], 0u);
    EXPECT_EQ(mesh.topology_latencies[0], 2);
    EXPECT_EQ(mesh.hops_per_beat, 3u);
    const WorkloadFile matrix = parse_workload(
        minimal(R"("inputs": [], "cores": 2, "topology": {"matrix": [[1, 2], [3, 4]]})"), "f.json");
    EXPECT_EQ(matrix.matrix, (std::vector<u8>{1, 2, 3, 4}));
    EXPECT_EQ(pack(matrix).size(), 200u);
}

TEST(WorkloadFileTest, largest_tables_are_packed_and_one_more_is_refused) {
    const auto repeated = [](const std::string& element, std::size_t count) {
        std::string list = "[" + element;
        for (std::size_t i = 1; i < count; ++i) {
            list += ", " + element;
        }
        return list + "]";
    };
    const auto accepts = [](const std::string& text) {
        try {
            static_cast<void>(pack(parse_workload(text, "f.json")));
            return true;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.status(), ExitStatus::BadInput);
            return false;
        }
    };
    const auto observations = [&](std::size_t count) {
        return minimal("\"inputs\": [], \"observations\": " + repeated("[1,2,3,4]", count));
    };
    EXPECT_TRUE(accepts(observations(1024)));
    EXPECT_FALSE(accepts(observations(1025)));
    const auto groups = [&](std::size_t entries, u64 times) {
        const std::string entry =
            "{\"handler\": 0, \"id\": 0, \"times\": " + std::to_string(times) + "}";
        return minimal("\"inputs\": " + repeated(entry, entries));
    };
    EXPECT_TRUE(accepts(groups(32'768, 1)));
    EXPECT_TRUE(accepts(groups(1, 32'768)));
    EXPECT_FALSE(accepts(groups(32'768, 2)));
    EXPECT_FALSE(accepts(groups(1, 32'769)));
    EXPECT_FALSE(accepts(groups(32'769, 1)));
    const auto steps = [&](std::size_t count) {
        return minimal(R"("inputs": [], "kinds": [{"name": "k", "steps": )" +
                       repeated(R"({"do": "touch"})", count) + "}]");
    };
    EXPECT_TRUE(accepts(steps(16)));
    EXPECT_FALSE(accepts(steps(17)));
}

TEST(WorkloadFileTest, packed_file_that_outgrows_its_container_is_refused) {
    std::string kinds;
    for (u32 i = 0; i < 800; ++i) {
        kinds += std::string(i == 0 ? "" : ", ") + R"({"name": "k)" + std::to_string(i) +
                 R"(", "steps": [)";
        for (u32 step = 0; step < 16; ++step) {
            kinds += std::string(step == 0 ? "" : ", ") + R"({"do": "touch"})";
        }
        kinds += "]}";
    }
    const std::string text = minimal("\"kinds\": [" + kinds +
                                     R"(], "inputs": [{"handler": 0, "id": 0, "times": 32000}])");
    try {
        static_cast<void>(parse_workload(text, "f.json"));
        ADD_FAILURE() << "was taken";
    } catch (const Failure& failure) {
        EXPECT_NE(std::string(failure.what()).find("more than 4194240"), std::string::npos)
            << failure.what();
    }
}

TEST(WorkloadFileTest, files_are_told_from_names) {
    for (const char* const file : {"a.json", "./a", "/tmp/x", "dir/name", ".json"}) {
        EXPECT_TRUE(names_workload_file(file)) << file;
    }
    for (const char* const name : {"fanout", "json", "a.jsonx", "a.JSON", ""}) {
        EXPECT_FALSE(names_workload_file(name)) << name;
    }
}

std::string complaint_of_reading(const std::filesystem::path& file) {
    try {
        static_cast<void>(pack(read_workload(file)));
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status(), ExitStatus::BadInput);
        return failure.what();
    }
    return "";
}

/// One task with one hook.
std::string sealed_of(const std::string& predicate) {
    const std::vector<std::byte> bytes =
        build_sigma(R"({"knhk_sigma": 1, "name": "s", "hooks": [{"name": "h", "op": "ask_sp",
                        "subject": 1, "predicate": )" +
                        predicate + R"(}], "tasks": [{"name": "t", "pattern": "sequence",
                        "hooks": ["h"]}]})",
                    "s.json");
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(WorkloadFileTest, snapshots_are_read_from_beside_the_file_and_damaged_ones_are_refused) {
    const TemporaryDirectory scratch;
    const auto path = scratch.path() / "w.json";
    replace_file(path, minimal(R"("inputs": [], "sigma": ["a.sigma", "b.sigma"])"));
    std::string sealed = sealed_of("7");
    replace_file(scratch.path() / "a.sigma", sealed_of("5"));
    replace_file(scratch.path() / "b.sigma", sealed);
    EXPECT_EQ(complaint_of_reading(path), "");
    EXPECT_EQ(read_workload(path).header.snapshots, 2u);
    for (const std::size_t byte : {std::size_t{140}, sealed.size() - 1, sealed.size() - 60}) {
        std::string damaged = sealed;
        damaged[byte] ^= 1;
        replace_file(scratch.path() / "b.sigma", damaged);
        EXPECT_NE(complaint_of_reading(path).find("b.sigma: "), std::string::npos) << byte;
    }
    replace_file(scratch.path() / "b.sigma", sealed.substr(0, sealed.size() - 8));
    EXPECT_NE(complaint_of_reading(path).find("b.sigma: "), std::string::npos);
}

TEST(WorkloadFileTest, file_is_read_from_the_disk_and_named_in_errors) {
    const TemporaryDirectory scratch;
    const auto path = scratch.path() / "w.json";
    replace_file(path, RICH_WORKLOAD);
    EXPECT_EQ(read_workload(path).name(), "rich");
    replace_file(path, with(RICH_WORKLOAD, "\"rich\"", "7"));
    EXPECT_EQ(complaint_of_reading(path), path.string() + ":3: name: is a number, not a string");
    EXPECT_NE(complaint_of_reading(scratch.path() / "none.json").find("cannot open"),
              std::string::npos);
    EXPECT_NE(complaint_of_reading(scratch.path()).find("cannot read"), std::string::npos);
}

} // namespace
} // namespace knhk::tools
