// SPDX-License-Identifier: MIT
// Flattened device trees (Devicetree Specification, chapter 5): the format, nodes and their
// properties. Somebody else wrote the bytes: they are checked whole before anything is read, so a
// tree is sound or it has no nodes. What a tree says of a machine is in machine_tree.hpp.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "arch/bare/physical_span.hpp"

namespace knhk::bare {

/// Larger ones are refused; so does Linux.
inline constexpr u32 TREE_BYTES_MAX = 2 * 1024 * 1024;
/// Trees of real machines are less than half as deep.
inline constexpr u32 TREE_DEPTH_MAX = 32;
/// Entries of one node's `reg` that are looked at.
inline constexpr u32 TREE_REGISTERS_MAX = 256;
/// What every tree begins with.
inline constexpr u32 TREE_HEADER_BYTES = 40;

/// How large the tree is that begins with this header; 0: it is none, or it is too large.
[[nodiscard]] u32 tree_size_bytes(std::span<const std::byte> header);

/// What stands before the first `end`; all of it when there is none.
[[nodiscard]] std::string_view up_to(std::string_view text, char end);

/// A property's bytes, and what they mean to whoever asks.
struct TreeValue {
    bool is_there = false;
    std::span<const std::byte> bytes;

    /// A number of one or two cells; 0 when it is none.
    [[nodiscard]] u64 number() const;
    /// One of several cells; 0 behind the last.
    [[nodiscard]] u32 cell(u32 index) const;
    /// Up to its first zero; empty when there is none.
    [[nodiscard]] std::string_view text() const;
    /// Whether this is one of the texts that stand there one after another.
    [[nodiscard]] bool lists(std::string_view text) const;
};

/// The two blocks of a checked tree that nodes are read from.
struct TreeBlocks {
    std::span<const std::byte> structure;
    std::span<const std::byte> strings;
};

/// A node, and the way to it from the root, which addresses are translated along. Without a loop
/// or a table of nodes: whoever wants others goes on from it.
class TreeNode {
  public:
    /// None: it has no properties and no name.
    TreeNode() = default;
    /// The root of a tree that was checked.
    explicit TreeNode(const TreeBlocks& blocks);

    [[nodiscard]] bool is_there() const { return count_ > 0; }
    /// 0: the root.
    [[nodiscard]] u32 depth() const { return count_ - 1; }
    /// With its unit address ("memory@80000000"); the root's is empty.
    [[nodiscard]] std::string_view name() const;
    [[nodiscard]] TreeValue property(std::string_view name) const;
    [[nodiscard]] bool is_compatible(std::string_view name) const;
    /// It is not said to be switched off.
    [[nodiscard]] bool is_available() const;

    /// Entry `index` of `reg` as the processor sees it; empty: there is none, or its bus does not
    /// show it.
    [[nodiscard]] PhysicalSpan registers(u32 index) const;
    /// The same as it stands there, for what is no address of a bus. False: there is none.
    [[nodiscard]] bool raw_register(u32 index, PhysicalSpan& entry) const;

    /// Goes on to the next node in the order of the tree, children first. False: none is left.
    bool next();

  private:
    struct Level {
        u32 name;       ///< where the node's name begins
        u32 properties; ///< the first token behind it
        u32 address_cells = 2;
        u32 size_cells = 1;
        TreeValue ranges{};
    };

    void enter(u32 begin);
    void note_property(Level& level, std::string_view name, std::span<const std::byte> value);
    [[nodiscard]] bool to_parent(u32 bus, u64& address) const;

    TreeBlocks blocks_{};
    std::array<Level, TREE_DEPTH_MAX> levels_{};
    u32 count_ = 0;
    u32 resume_ = 0; ///< where next() goes on
};

class DeviceTree {
  public:
    /// `bytes` may be longer than the tree.
    explicit DeviceTree(std::span<const std::byte> bytes);

    [[nodiscard]] bool is_sound() const { return !blocks_.structure.empty(); }
    /// Entry `index` of the list of memory that must be left alone; empty behind its end.
    [[nodiscard]] PhysicalSpan reserved(u32 index) const;
    /// None when the tree is not sound.
    [[nodiscard]] TreeNode root() const;
    /// "/soc/serial@10000000", or "/soc/serial" for the first of them.
    [[nodiscard]] TreeNode find(std::string_view path) const;
    /// The first that is available.
    [[nodiscard]] TreeNode find_compatible(std::string_view name) const;

  private:
    TreeBlocks blocks_{};
    std::span<const std::byte> reserved_{};
};

/// Each child of `parent`, in order.
template<class Visit>
void each_child(const TreeNode& parent, Visit visit) {
    if (!parent.is_there()) {
        return;
    }
    TreeNode node = parent;
    while (node.next() && node.depth() > parent.depth()) {
        if (node.depth() == parent.depth() + 1) {
            visit(node);
        }
    }
}

} // namespace knhk::bare
