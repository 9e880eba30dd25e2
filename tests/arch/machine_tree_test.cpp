// SPDX-License-Identifier: MIT
// What trees say of machines: those of two emulated ones and of a board written by hand.
#include "arch/bare/machine_tree.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/arch/tree_builder.hpp"

namespace knhk::bare {
namespace {

/// A tree with its bytes.
struct Stored {
    explicit Stored(std::string_view name) : bytes(stored_tree(name)), tree(bytes) {}
    std::vector<std::byte> bytes;
    DeviceTree tree;
};

struct Piece {
    PhysicalSpan span;
    bool usable;
    friend bool operator==(const Piece&, const Piece&) = default;
};

std::vector<Piece> memory_of(const DeviceTree& tree) {
    std::vector<Piece> pieces;
    each_memory(tree, [&](PhysicalSpan span, bool usable) { pieces.push_back({span, usable}); });
    return pieces;
}

std::vector<u64> harts_of(const DeviceTree& tree) {
    HartTable harts;
    add_harts(tree, harts);
    return {harts.listed().begin(), harts.listed().end()};
}

std::string_view words_of(const DeviceTree& tree) {
    return TreeValue{true, choice_of(tree).command_line}.text();
}

TEST(MachineTreeTest, memory_and_what_is_kept_of_it_are_told) {
    EXPECT_EQ(memory_of(Stored("virt").tree),
              (std::vector<Piece>{{{0x4000'0000, 0x2000'0000}, true}}));
    EXPECT_EQ(memory_of(Stored("board").tree), (std::vector<Piece>{
                                                   {{0x8000'0000, 0x1000'0000}, true},
                                                   {{0x1'0000'0000, 0x2000'0000}, true},
                                                   {{0x8000'0000, 0x4'0000}, false},
                                                   {{0x8000'0000, 0x2'0000}, false},
                                               }));
}

TEST(MachineTreeTest, choices_of_the_boot_loader_are_found) {
    const Stored virt("virt");
    EXPECT_EQ(words_of(virt.tree), "workers=2");
    EXPECT_EQ(choice_of(virt.tree).initrd.size_bytes, 4096U);
    const Stored board("board");
    EXPECT_EQ(choice_of(board.tree).initrd, (PhysicalSpan{0x8800'0000, 0x1000}))
        << "one end has one cell, the other two";
}

TEST(MachineTreeTest, consoles_are_found_by_path_and_by_alias) {
    const Stored virt("virt");
    EXPECT_TRUE(console_of(virt.tree).is_compatible("arm,pl011"));
    EXPECT_EQ(console_of(virt.tree).registers(0), (PhysicalSpan{0x900'0000, 0x1000}));
    const Stored board("board");
    EXPECT_EQ(console_of(board.tree).registers(0), (PhysicalSpan{0xFE20'1000, 0x200}));
}

TEST(MachineTreeTest, harts_that_are_switched_off_are_left_out) {
    EXPECT_EQ(harts_of(Stored("board").tree), (std::vector<u64>{1, 0x101}));
    EXPECT_EQ(harts_of(Stored("virt").tree), (std::vector<u64>{0, 1}));
    EXPECT_EQ(harts_of(Stored("virt_large").tree).size(), 12U);
}

TEST(MachineTreeTest, harts_beyond_the_limit_are_counted) {
    TreeBuilder builder;
    builder.begin("").begin("cpus").cells("#address-cells", {1}).cells("#size-cells", {0});
    for (u32 i = 0; i < CORES_MAX + 3; ++i) {
        builder.begin("cpu@" + std::to_string(i)).text("device_type", "cpu");
        builder.cells("reg", {i}).end();
    }
    const auto bytes = builder.end().end().tree();
    HartTable harts;
    add_harts(DeviceTree(bytes), harts);
    EXPECT_EQ(harts.count, CORES_MAX);
    EXPECT_EQ(harts.left_out, 3U);
}

bool is_even(const TreeNode& hart) {
    PhysicalSpan number;
    return hart.raw_register(0, number) && number.base % 2 == 0;
}

/// Of harts with these numbers; the last of them is switched off.
bool all_are_even(const std::vector<u32>& numbers) {
    TreeBuilder builder;
    builder.begin("").begin("cpus").cells("#address-cells", {1}).cells("#size-cells", {0});
    for (const u32 number : numbers) {
        builder.begin("cpu@" + std::to_string(number)).text("device_type", "cpu");
        builder.cells("reg", {number});
        if (number == numbers.back()) {
            builder.text("status", "disabled");
        }
        builder.end();
    }
    const auto bytes = builder.end().end().tree();
    return all_harts_have(DeviceTree(bytes), is_even);
}

TEST(MachineTreeTest, what_all_harts_have_is_what_no_usable_one_lacks) {
    EXPECT_TRUE(all_are_even({0, 2, 3}));
    EXPECT_FALSE(all_are_even({0, 1, 2, 4}));
    EXPECT_FALSE(all_are_even({0})) << "none is left";
    EXPECT_FALSE(all_harts_have(DeviceTree({}), is_even));
}

TEST(MachineTreeTest, monitors_and_clocks_are_told) {
    EXPECT_EQ(monitor_of(Stored("virt").tree).method, MonitorCall::HYPERVISOR);
    EXPECT_EQ(monitor_of(Stored("virt").tree).start_hart, 0U) << "the standard's";
    EXPECT_EQ(monitor_of(Stored("virt_large").tree).method, MonitorCall::SECURE_MONITOR);
    const Stored board("board");
    EXPECT_EQ(monitor_of(board.tree).start_hart, 0x95C1'0002U);
    EXPECT_EQ(timebase_hz(board.tree), 1'000'000U);
    EXPECT_EQ(timebase_hz(Stored("virt").tree), 0U);
}

TEST(MachineTreeTest, trees_that_are_not_sound_say_nothing) {
    const DeviceTree none({});
    EXPECT_TRUE(memory_of(none).empty());
    EXPECT_TRUE(harts_of(none).empty());
    EXPECT_FALSE(console_of(none).is_there());
    EXPECT_TRUE(choice_of(none).command_line.empty());
    EXPECT_EQ(monitor_of(none).method, MonitorCall::NONE);
    EXPECT_EQ(timebase_hz(none), 0U);
}

} // namespace
} // namespace knhk::bare
