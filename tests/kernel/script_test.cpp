// SPDX-License-Identifier: MIT
// Packed workloads that are opened, each thing that is refused, and the inputs that they name.
#include "kernel/script.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "tests/kernel/script_builder.hpp"

namespace knhk {
namespace {

using test::ScriptBuilder;

bool opens(const std::function<void(ScriptBuilder&)>& change) {
    ScriptBuilder builder;
    change(builder);
    return Script::open(builder.bytes()).has_value();
}

TEST(ScriptTest, good_one_is_opened_and_read) {
    const auto bytes = ScriptBuilder().bytes();
    const auto script = Script::open(bytes);
    ASSERT_TRUE(script.has_value());
    EXPECT_EQ(script->name(), "built");
    EXPECT_EQ(script->bytes().data(), bytes.data());
    EXPECT_EQ(script->guards().size(), 5u);
    EXPECT_EQ(script->observations()[1].words[2], 7u);
    EXPECT_EQ(script->steps_of(0).size(), 9u);
    EXPECT_EQ(script->steps_of(1).size(), 3u);
    EXPECT_EQ(script->steps_of(2).size(), 0u);
    EXPECT_EQ(script->steps_of(~u32{0}).size(), 0u);
    EXPECT_EQ(script->topology().kind, TopologyKind::Mesh);
    EXPECT_EQ(script->input_count(), 4u);
}

TEST(ScriptTest, any_other_size_is_refused) {
    auto bytes = ScriptBuilder().bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(Script::open(std::span(bytes).first(size)).has_value()) << size;
    }
    bytes.resize(bytes.size() + 8);
    EXPECT_FALSE(Script::open(bytes).has_value()) << "one word too many";
}

TEST(ScriptTest, misaligned_bytes_are_refused) {
    auto bytes = ScriptBuilder().bytes();
    bytes.insert(bytes.begin(), std::byte{0});
    EXPECT_FALSE(Script::open(std::span(bytes).subspan(1)).has_value());
}

using Change = std::function<void(ScriptBuilder&)>;

void expect_refused(const std::vector<Change>& changes) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
        EXPECT_FALSE(opens(changes[i])) << "change " << i;
    }
}

TEST(ScriptTest, headers_that_lie_are_refused) {
    expect_refused({
        [](ScriptBuilder& b) { b.header.magic ^= 1; },
        [](ScriptBuilder& b) { b.header.version = 1; },
        [](ScriptBuilder& b) { b.header.flags = 4; },
        [](ScriptBuilder& b) { b.header.flags = 0; }, // with a seed
        [](ScriptBuilder& b) { b.header.cores = 3; },
        [](ScriptBuilder& b) { b.header.cores = 512; },
        [](ScriptBuilder& b) { b.header.cores = 8; }, // the mesh is for 4
        [](ScriptBuilder& b) { b.header.topology = 5; },
        [](ScriptBuilder& b) { b.header.topology_counts[3] = 1; },
        [](ScriptBuilder& b) { b.header.topology_latencies[0] = 8; },
        [](ScriptBuilder& b) { b.header.hops_per_beat = 0; },
        [](ScriptBuilder& b) { b.header.reserved[0] = 1; },
        [](ScriptBuilder& b) { b.header.reserved[23] = 1; },
        [](ScriptBuilder& b) { b.header.name[0] = '\0'; },
        [](ScriptBuilder& b) { b.header.name[0] = ' '; },
        [](ScriptBuilder& b) { b.header.name[6] = 'x'; },
        [](ScriptBuilder& b) { std::fill(b.header.name, b.header.name + 64, 'n'); },
        [](ScriptBuilder& b) { b.header.guards = ~u32{0}; },
        [](ScriptBuilder& b) { b.header.groups = ~u32{0} - 1; },
        [](ScriptBuilder& b) { b.header.steps = 1; },
    });
}

TEST(ScriptTest, guards_that_lie_are_refused) {
    expect_refused({
        [](ScriptBuilder& b) { b.guards[1].id = 0; },
        [](ScriptBuilder& b) { b.guards[4].id = 1000; },
        [](ScriptBuilder& b) { b.guards[0].subject = GuardSubject::Id; },
        [](ScriptBuilder& b) { b.guards[0].value = 1; },
        [](ScriptBuilder& b) { b.guards[0].index = 1; },
        [](ScriptBuilder& b) { b.guards[1].subject = GuardSubject::Nothing; },
        [](ScriptBuilder& b) { b.guards[1].subject = static_cast<GuardSubject>(5); },
        [](ScriptBuilder& b) { b.guards[1].test = static_cast<GuardTest>(9); },
        [](ScriptBuilder& b) { b.guards[1].index = 4; },
        [](ScriptBuilder& b) { b.guards[1].to = 1; },
        [](ScriptBuilder& b) { b.guards[1].reserved = 1; },
        [](ScriptBuilder& b) { b.guards[2].index = 512; },
        [](ScriptBuilder& b) { b.guards[3].index = 8; },
        [](ScriptBuilder& b) { b.guards[4].index = 1; },
    });
}

TEST(ScriptTest, kinds_that_lie_are_refused) {
    expect_refused({
        [](ScriptBuilder& b) { b.kinds[0].first_step = 1; },
        [](ScriptBuilder& b) { b.kinds[1].first_step = 8; },
        [](ScriptBuilder& b) { b.kinds[1].step_count = 2; },
        [](ScriptBuilder& b) { b.kinds[1].step_count = 4; },
        [](ScriptBuilder& b) { b.kinds[0].reserved = 1; },
        [](ScriptBuilder& b) { // 17 steps in one kind
            b.steps.assign(17, test::step_of(Act::Touch));
            b.kinds = {{0, 17, 0}, {17, 0, 0}};
        },
    });
    EXPECT_TRUE(opens([](ScriptBuilder& b) {
        b.steps.assign(16, test::step_of(Act::Touch));
        b.kinds = {{0, 16, 0}, {16, 0, 0}};
    }));
}

TEST(ScriptTest, fields_that_a_step_does_not_have_are_refused) {
    const std::vector<std::function<void(ScriptStep&)>> changes{
        [](ScriptStep& s) { s.id_from = IdFrom::Own; },
        [](ScriptStep& s) { s.time_is = OrderTime::After; },
        [](ScriptStep& s) { s.target = 1; },
        [](ScriptStep& s) { s.one_in = 0; },
        [](ScriptStep& s) { s.share = 1; },
        [](ScriptStep& s) { s.time = 1; },
        [](ScriptStep& s) { s.task.budget_ticks = 8; },
        [](ScriptStep& s) { s.task.payload[3] = 1; },
    };
    for (std::size_t step = 0; step < 9; ++step) {
        for (std::size_t i = 0; i < changes.size(); ++i) {
            EXPECT_FALSE(opens([&](ScriptBuilder& b) { changes[i](b.steps[step]); }))
                << "step " << step << ", change " << i;
        }
    }
}

TEST(ScriptTest, indices_and_values_of_steps_have_bounds) {
    struct Bound {
        Act act;
        u32 index_max;
        u64 value_min;
        u64 value_max;
    };
    for (const Bound& bound :
         {Bound{Act::Set, 0, 0, ~u64{0}}, Bound{Act::Random, 0, 0, 0},
          Bound{Act::Pure, 0, 0, ~u64{0}}, Bound{Act::Observe, 4095, 0, 0},
          Bound{Act::Read, 511, 0, 0}, Bound{Act::Add, 511, 0, 0}, Bound{Act::Touch, 0, 0, 0},
          Bound{Act::Work, 0, 1, ~u32{0}}, Bound{Act::Output, 0, 0, 0}}) {
        const auto opens_with = [&](u64 index, u64 value) {
            return opens([&](ScriptBuilder& b) {
                ScriptStep& step = b.steps[static_cast<std::size_t>(bound.act)];
                step.index = static_cast<u32>(index);
                step.value = value;
            });
        };
        const int act = static_cast<int>(bound.act);
        EXPECT_TRUE(opens_with(bound.index_max, bound.value_min)) << act;
        EXPECT_TRUE(opens_with(0, bound.value_max)) << act;
        EXPECT_FALSE(opens_with(u64{bound.index_max} + 1, bound.value_min)) << act;
        EXPECT_EQ(opens_with(0, bound.value_max + 1), bound.value_max == ~u64{0}) << act;
        EXPECT_TRUE(bound.value_min == 0 || !opens_with(0, bound.value_min - 1)) << act;
    }
}

TEST(ScriptTest, emissions_that_lie_are_refused) {
    constexpr std::size_t SPAWN = 9;
    constexpr std::size_t ORDER = 11;
    expect_refused({
        [](ScriptBuilder& b) { b.steps[0].act = static_cast<Act>(13); },
        [](ScriptBuilder& b) { b.steps[SPAWN].id_from = static_cast<IdFrom>(3); },
        [](ScriptBuilder& b) { b.steps[SPAWN].time_is = OrderTime::After; },
        [](ScriptBuilder& b) { b.steps[SPAWN].time = 1; },
        [](ScriptBuilder& b) { b.steps[ORDER].time_is = static_cast<OrderTime>(3); },
        [](ScriptBuilder& b) { b.steps[SPAWN].target = 2; },
        [](ScriptBuilder& b) {
            b.steps[SPAWN] = b.steps[SPAWN + 1];
            b.steps[SPAWN].target = TARGET_BITS + 2;
        },
        [](ScriptBuilder& b) { b.steps[SPAWN].target = 1; }, // with a share
        [](ScriptBuilder& b) { b.steps[SPAWN].index = 2; },
        [](ScriptBuilder& b) { b.steps[SPAWN].one_in = 0; },
        [](ScriptBuilder& b) { b.steps[SPAWN].share = 0; },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.id = 1; },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.handler = 5; },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.payload[0] = 1; },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.payload[1] = 1; },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.level = static_cast<Level>(3); },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.budget_ticks = 9; },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.guard_count = 9; },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.guards[0] = 1; },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.flags = TASK_ROWS; },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.flags = TASK_DELTA | TASK_ROWS; },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.flags = TASK_DELTA | TASK_STATELESS; },
        [](ScriptBuilder& b) { b.steps[SPAWN].task.reserved[1] = 1; },
        [](ScriptBuilder& b) { // by a handler, but with a kind
            b.steps[SPAWN].target = 1;
            b.steps[SPAWN].share = 0;
            b.steps[SPAWN].index = 1;
        },
    });
    EXPECT_TRUE(opens([](ScriptBuilder& b) {
        b.steps[SPAWN].target = 1;
        b.steps[SPAWN].share = 0;
        b.steps[SPAWN].task.handler = 65535;
        b.steps[SPAWN].task.payload[0] = ~u64{0};
    })) << "whether a handler exists is seen when it is emitted";
}

TEST(ScriptTest, runs_that_lie_are_refused) {
    expect_refused({
        [](ScriptBuilder& b) { b.runs[0].length = RUN_ROWS + 1; },
        [](ScriptBuilder& b) { b.runs[0].length = 1; }, // and a second row
        [](ScriptBuilder& b) { b.runs[0].objects[7] = 1; },
        [](ScriptBuilder& b) { b.runs[0].reserved = 1; },
        [](ScriptBuilder& b) { b.runs.resize(SCRIPT_RUNS_MAX + 1); },
    });
    EXPECT_TRUE(opens([](ScriptBuilder& b) { b.runs.resize(SCRIPT_RUNS_MAX); }));
}

TEST(ScriptTest, snapshots_that_lie_are_refused) {
    expect_refused({
        [](ScriptBuilder& b) { b.header.snapshots = 1; }, // and none is there
        [](ScriptBuilder& b) { b.snapshots.resize(8); },  // and none is counted
        [](ScriptBuilder& b) {
            b.header.snapshots = 1;
            b.snapshots.resize(1024);
        },
        [](ScriptBuilder& b) { b.header.snapshots = SNAPSHOTS_MAX + 1; },
    });
}

TEST(ScriptTest, groups_that_lie_are_refused) {
    expect_refused({
        [](ScriptBuilder& b) { b.groups[0].beat = 8; }, // descending
        [](ScriptBuilder& b) { b.groups[1].beat = u64{1} << 48; },
        [](ScriptBuilder& b) { b.groups[0].count = 0; },
        [](ScriptBuilder& b) { b.groups[0].count = u64{1} << 40; }, // and one more
        [](ScriptBuilder& b) { b.groups[0].count = ~u64{0}; },
        [](ScriptBuilder& b) { b.groups[1].time = (u64{1} << 62) + 1; },
        [](ScriptBuilder& b) { b.groups[1].time = ~u64{0} - 1; },
        [](ScriptBuilder& b) { b.groups[0].task.level = static_cast<Level>(3); },
        [](ScriptBuilder& b) { b.groups[0].task.guards[7] = 1; },
    });
    EXPECT_TRUE(opens([](ScriptBuilder& b) {
        b.groups[0].count = (u64{1} << 40) - 1;
        b.groups[1].beat = (u64{1} << 48) - 1;
        b.groups[1].time = u64{1} << 62;
    }));
}

TEST(ScriptTest, deltas_without_a_run_of_the_file_are_refused) {
    const auto delta = [](ScriptBuilder& b) {
        b.groups[0].task = Task{.id = 5, .handler = SCRIPT_HANDLER, .flags = TASK_DELTA};
    };
    EXPECT_TRUE(opens(delta)) << "run 0 has rows";
    expect_refused({
        [=](ScriptBuilder& b) {
            delta(b);
            b.groups[0].task.payload[DELTA_RUN_WORD] = 1; // no such run
        },
        [=](ScriptBuilder& b) {
            delta(b);
            b.runs[0] = {}; // no rows
        },
        [=](ScriptBuilder& b) {
            delta(b);
            b.groups[0].task.flags |= TASK_ROWS; // those of its own come from outside alone
        },
        [=](ScriptBuilder& b) {
            delta(b);
            b.groups[0].time = 5; // and ordered
        },
    });
}

TEST(ScriptTest, matrix_and_its_padding_are_checked) {
    const auto matrix_opens = [](u8 cell, u8 padding) {
        return opens([&](ScriptBuilder& b) {
            b.header.topology = static_cast<u32>(TopologyKind::Matrix);
            std::fill(std::begin(b.header.topology_counts), std::end(b.header.topology_counts), 0u);
            b.header.topology_latencies[0] = 0;
            b.header.hops_per_beat = 0;
            b.header.cores = 2;
            b.matrix = {1, 2, 3, cell, 0, 0, 0, padding};
        });
    };
    EXPECT_TRUE(matrix_opens(7, 0));
    EXPECT_FALSE(matrix_opens(8, 0));
    EXPECT_FALSE(matrix_opens(0, 0));
    EXPECT_FALSE(matrix_opens(7, 1));
}

TEST(ScriptTest, mesh_without_cores_is_taken) {
    EXPECT_TRUE(opens([](ScriptBuilder& b) { b.header.cores = 0; }));
}

// --- inputs --------------------------------------------------------------------------------------

/// The same as a plain list, to compare with.
std::vector<Task> all_inputs(const ScriptBuilder& builder) {
    std::vector<Task> inputs;
    for (const ScriptGroup& group : builder.groups) {
        for (u64 i = 0; i < group.count; ++i) {
            inputs.push_back(group.task);
            inputs.back().id += i * group.id_step;
        }
    }
    return inputs;
}

ScriptBuilder random_groups(std::mt19937_64& random, std::size_t count) {
    ScriptBuilder builder;
    builder.groups.clear();
    for (std::size_t i = 0; i < count; ++i) {
        const u64 step = random() % 3 == 0 ? random() : random() % 5 << random() % 9;
        const u64 id = random() % 2 == 0 ? random() : i % 16 * 256;
        builder.groups.push_back({i / 2, 1 + random() % (count > 100 ? 4 : 300), step, i,
                                  Task{.id = id, .handler = SCRIPT_HANDLER}});
    }
    return builder;
}

TEST(ScriptInputTest, every_input_is_found_by_its_index) {
    std::mt19937_64 random(7);
    for (const std::size_t count : {1u, 5u, 255u, 256u, 257u, 600u}) {
        const ScriptBuilder builder = random_groups(random, count);
        const auto bytes = builder.bytes();
        const auto script = Script::open(bytes);
        ASSERT_TRUE(script.has_value());
        const auto inputs = all_inputs(builder);
        ASSERT_EQ(script->input_count(), inputs.size());
        u64 group = 0;
        u64 left = builder.groups[0].count;
        for (u64 i = 0; i < inputs.size(); ++i) {
            ASSERT_EQ(script->input(i).id, inputs[i].id) << i;
            ASSERT_EQ(script->input_beat(i), group / 2) << i;
            ASSERT_EQ(script->input_time(i), group) << i;
            if (--left == 0 && group + 1 < builder.groups.size()) {
                left = builder.groups[++group].count;
            }
        }
    }
}

TEST(ScriptInputTest, next_input_of_a_core_is_the_first_that_a_search_finds) {
    std::mt19937_64 random(8);
    for (const u32 cores : {1u, 2u, 8u, 64u, 256u}) {
        for (const std::size_t count : {1u, 3u, 20u, 700u}) {
            const ScriptBuilder builder = random_groups(random, count);
            const auto bytes = builder.bytes();
            const auto script = Script::open(bytes);
            ASSERT_TRUE(script.has_value());
            const auto inputs = all_inputs(builder);
            for (u32 probe = 0; probe < 300; ++probe) {
                const auto core = static_cast<u32>(random() % cores);
                const u64 from = random() % (inputs.size() + 2);
                u64 expected = from;
                while (expected < inputs.size() && inputs[expected].id % cores != core) {
                    ++expected;
                }
                expected = std::min<u64>(expected, inputs.size());
                ASSERT_EQ(script->next_input_of(core, cores, from), expected)
                    << core << " of " << cores << " from " << from;
            }
        }
    }
}

TEST(ScriptInputTest, largest_workload_is_searched_in_a_few_steps) {
    ScriptBuilder builder;
    builder.groups.assign(32'768, {0, u64{1} << 25, 256, NOT_ORDERED, Task{.id = 0}});
    builder.groups.back().task.id = 77;
    const auto bytes = builder.bytes();
    const auto script = Script::open(bytes);
    ASSERT_TRUE(script.has_value());
    EXPECT_EQ(script->input_count(), u64{1} << 40);
    EXPECT_EQ(script->next_input_of(77, 256, 0), u64{32'767} << 25);
    EXPECT_EQ(script->next_input_of(78, 256, 0), u64{1} << 40);
    EXPECT_EQ(script->input((u64{1} << 40) - 1).id, 77 + ((u64{1} << 25) - 1) * 256);
}

} // namespace
} // namespace knhk
