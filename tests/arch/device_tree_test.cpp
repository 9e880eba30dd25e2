// SPDX-License-Identifier: MIT
// The format of device trees: what is found in sound ones, and that damaged ones have no nodes.
#include "arch/bare/device_tree.hpp"

#include <gtest/gtest.h>

#include "tests/arch/tree_builder.hpp"

namespace knhk::bare {
namespace {

TreeBuilder small_tree() {
    TreeBuilder builder;
    builder.begin("").cells("#address-cells", {2}).cells("#size-cells", {1});
    builder.begin("first@1").cells("reg", {1, 2, 3}).text("compatible", {"one\0two", 7}).end();
    builder.begin("first@2").text("status", "disabled").text("compatible", "two").end();
    builder.begin("second").begin("inner").end().end();
    return builder.end();
}

bool is_sound(const TreeBuilder& builder) {
    return DeviceTree(builder.tree()).is_sound();
}

std::vector<std::string> names_of(const DeviceTree& tree) {
    std::vector<std::string> names;
    for (TreeNode node = tree.root(); node.is_there(); node.next()) {
        names.emplace_back(std::to_string(node.depth()) + std::string(node.name()));
    }
    return names;
}

TEST(DeviceTreeTest, nodes_come_in_the_order_of_the_tree) {
    const auto bytes = small_tree().tree();
    EXPECT_EQ(names_of(DeviceTree(bytes)),
              (std::vector<std::string>{"0", "1first@1", "1first@2", "1second", "2inner"}));
}

TEST(DeviceTreeTest, values_are_read_as_asked) {
    const auto bytes = small_tree().tree();
    const TreeNode node = DeviceTree(bytes).find("/first@1");
    EXPECT_EQ(node.registers(0), (PhysicalSpan{0x1'0000'0002, 3}));
    EXPECT_EQ(node.registers(1), PhysicalSpan{});
    EXPECT_TRUE(node.is_compatible("one"));
    EXPECT_TRUE(node.is_compatible("two"));
    EXPECT_FALSE(node.is_compatible("tw"));
    EXPECT_FALSE(node.property("nothing").is_there);
    EXPECT_EQ(node.property("reg").number(), 0U) << "three cells are no number";
}

TEST(DeviceTreeTest, paths_lead_to_nodes_with_and_without_unit_address) {
    const auto bytes = small_tree().tree();
    const DeviceTree tree(bytes);
    EXPECT_EQ(tree.find("/first").name(), "first@1");
    EXPECT_EQ(tree.find("/first@2").name(), "first@2");
    EXPECT_EQ(tree.find("/second/inner").name(), "inner");
    EXPECT_EQ(tree.find("/").depth(), 0U);
    EXPECT_FALSE(tree.find("/inner").is_there()) << "it lies deeper";
    EXPECT_FALSE(tree.find("/second/first@1").is_there()) << "it lies elsewhere";
    EXPECT_FALSE(tree.find("/firs").is_there());
}

TEST(DeviceTreeTest, nodes_that_are_switched_off_are_passed_over) {
    TreeBuilder builder;
    builder.begin("");
    builder.begin("a").text("status", "disabled").text("compatible", "x").end();
    builder.begin("b").text("status", "okay").text("compatible", "x").end().end();
    const auto bytes = builder.tree();
    EXPECT_EQ(DeviceTree(bytes).find_compatible("x").name(), "b");
    EXPECT_FALSE(DeviceTree(bytes).find_compatible("y").is_there());
}

TEST(DeviceTreeTest, addresses_are_translated_by_every_bus) {
    const auto bytes = stored_tree("board");
    const DeviceTree tree(bytes);
    EXPECT_EQ(tree.find("/soc/bus/serial").registers(0), (PhysicalSpan{0xFE20'1000, 0x200}));
    EXPECT_EQ(tree.find("/soc/lost/serial").registers(0), PhysicalSpan{}) << "a bus without ranges";
}

TEST(DeviceTreeTest, addresses_that_no_bus_shows_are_none) {
    for (const u32 cells : {0U, 3U, 0x8000'0000U}) {
        TreeBuilder builder;
        builder.begin("").cells("#address-cells", {1}).cells("#size-cells", {1});
        builder.begin("far").cells("#address-cells", {cells}).cells("#size-cells", {1});
        builder.cells("ranges", {0, 0, 0, 0, 0x1000, 0, 0});
        builder.begin("near").cells("#address-cells", {1}).cells("#size-cells", {1});
        builder.cells("ranges", {0, 0, 0, 0x100});
        builder.begin("device").cells("reg", {0, 4}).end().end().end().end();
        const auto bytes = builder.tree();
        ASSERT_TRUE(DeviceTree(bytes).is_sound());
        EXPECT_EQ(DeviceTree(bytes).find("/far/near/device").registers(0), PhysicalSpan{}) << cells;
    }
}

TEST(DeviceTreeTest, damaged_headers_are_refused) {
    const auto sound = small_tree().tree();
    ASSERT_TRUE(DeviceTree(sound).is_sound());
    struct Damage {
        std::size_t at;
        u32 value;
    };
    const Damage damages[] = {
        {0, 0xEDFE0DD0},   {4, 39},          {4, TREE_BYTES_MAX + 1},
        {4, 0xFFFF'FFFF},  {8, 0xFFFF'FFFF}, {8, 0},
        {12, 0x7FFF'FFFF}, {16, 0},          {16, 0xFFFF'FFF0},
        {20, 16},          {24, 18},         {32, 0},
        {32, 0xFFFF'FFFF}, {36, 4},          {36, 0xFFFF'FFFF},
    };
    for (const Damage& damage : damages) {
        auto bytes = sound;
        put_cell(bytes, damage.at, damage.value);
        EXPECT_FALSE(DeviceTree(bytes).is_sound()) << damage.at << " " << damage.value;
    }
}

TEST(DeviceTreeTest, every_cut_is_refused) {
    const auto sound = stored_tree("board");
    for (std::size_t size = 0; size < sound.size(); ++size) {
        const std::vector<std::byte> cut(sound.begin(), sound.begin() + std::ptrdiff_t(size));
        const DeviceTree tree(cut);
        EXPECT_FALSE(tree.is_sound()) << size;
        EXPECT_FALSE(tree.root().is_there());
        EXPECT_EQ(tree.reserved(0), PhysicalSpan{});
    }
}

TEST(DeviceTreeTest, structures_that_are_out_of_order_are_refused) {
    EXPECT_TRUE(is_sound(TreeBuilder().token(4).begin("").token(4).end().token(4)));
    EXPECT_FALSE(is_sound(TreeBuilder())) << "no root";
    EXPECT_FALSE(is_sound(TreeBuilder().begin(""))) << "the root does not end";
    EXPECT_FALSE(is_sound(TreeBuilder().begin("").end().end())) << "one end too many";
    EXPECT_FALSE(is_sound(TreeBuilder().begin("").end().begin("").end())) << "two roots";
    EXPECT_FALSE(is_sound(TreeBuilder().text("a", "b").begin("").end())) << "outside of nodes";
    EXPECT_FALSE(is_sound(TreeBuilder().begin("").begin("a").end().text("b", "c").end()))
        << "a property behind a child";
    EXPECT_FALSE(is_sound(TreeBuilder().begin("").token(5).end())) << "no such token";
    EXPECT_FALSE(is_sound(TreeBuilder().begin("").token(3).token(0xFFFF'FFFF).token(0).end()))
        << "a property that does not end";
}

TEST(DeviceTreeTest, trees_are_as_deep_as_the_limit_and_no_deeper) {
    for (const u32 depth : {TREE_DEPTH_MAX, TREE_DEPTH_MAX + 1}) {
        TreeBuilder builder;
        for (u32 i = 0; i < depth; ++i) {
            builder.begin(i == 0 ? "" : "a");
        }
        for (u32 i = 0; i < depth; ++i) {
            builder.end();
        }
        EXPECT_EQ(is_sound(builder), depth == TREE_DEPTH_MAX);
    }
}

} // namespace
} // namespace knhk::bare
