// SPDX-License-Identifier: MIT
// The handlers and workloads of an image without a user program.
#include "kernel/program_table.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace knhk {
namespace {

TEST(ProgramTableTest, unknown_workload_is_null) {
    for (const std::string_view name : {"", "fan", "fanouts", "FANOUT", "pure ", "fanout.trunk"}) {
        EXPECT_EQ(find_workload(name), nullptr) << name;
    }
}

TEST(ProgramTableTest, known_workloads_are_found_by_their_names) {
    for (const std::string_view name : {"pure", "ring", "fanout", "ordered", "mixed"}) {
        ASSERT_NE(find_workload(name), nullptr) << name;
        EXPECT_EQ(find_workload(name)->name, name);
    }
}

TEST(ProgramTableTest, listed_handlers_are_the_installed_ones) {
    const auto run = std::make_unique<RunSetup>();
    ASSERT_TRUE(install_program(*run).has_value());
    std::vector<HandlerName> buffer(HANDLERS_MAX);
    const auto listed = list_handlers(buffer);
    ASSERT_FALSE(listed.empty());
    std::size_t next = 0;
    for (u32 id = 0; id < HANDLERS_MAX; ++id) {
        const bool named = next < listed.size() && listed[next].id == id;
        EXPECT_EQ(run->handlers[id] != nullptr, named) << id;
        next += named ? 1 : 0;
    }
    EXPECT_EQ(next, listed.size());
}

TEST(ProgramTableTest, built_in_handlers_keep_their_ids_names_and_versions) {
    std::vector<HandlerName> buffer(HANDLERS_MAX);
    const auto listed = list_handlers(buffer);
    const std::string names[] = {"pure",        "ring",          "fanout.trunk",
                                 "fanout.leaf", "ordered.event", "mixed.step",
                                 "script",      "mu.eval",       "sigma.load"};
    const u32 versions[] = {1, 1, 2, 1, 1, 1, 2, 2, 1};
    ASSERT_EQ(listed.size(), std::size(names));
    for (std::size_t i = 0; i < std::size(names); ++i) {
        EXPECT_EQ(listed[i].id, i);
        EXPECT_EQ(listed[i].name, names[i]);
        EXPECT_EQ(listed[i].version, versions[i]);
    }
}

TEST(ProgramTableTest, built_in_guards_keep_their_ids_names_and_versions) {
    std::vector<HandlerName> buffer(GUARD_IDS);
    const auto listed = list_guards(buffer);
    ASSERT_EQ(listed.size(), 2u);
    EXPECT_EQ(listed[0].id, 1000);
    EXPECT_EQ(listed[0].name, "mixed.chance");
    EXPECT_EQ(listed[0].version, 1u);
    EXPECT_EQ(listed[1].id, 1001);
    EXPECT_EQ(listed[1].name, "mixed.even");
    EXPECT_EQ(listed[1].version, 1u);
    const auto run = std::make_unique<RunSetup>();
    ASSERT_TRUE(install_program(*run).has_value());
    EXPECT_NE(run->guards[1001].function, nullptr);
    EXPECT_EQ(run->guards[999].function, nullptr);
}

} // namespace
} // namespace knhk
