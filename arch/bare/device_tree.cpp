// SPDX-License-Identifier: MIT
#include "arch/bare/device_tree.hpp"

#include <algorithm>

namespace knhk::bare {
namespace {

constexpr u32 MAGIC = 0xD00DFEED;
/// Later versions may say by last_compatible that they can be read like this one.
constexpr u32 VERSION = 17;

// Fields of the header.
constexpr u32 MAGIC_AT = 0;
constexpr u32 TOTAL_SIZE_AT = 4;
constexpr u32 STRUCTURE_AT = 8;
constexpr u32 STRINGS_AT = 12;
constexpr u32 RESERVED_AT = 16;
constexpr u32 VERSION_AT = 20;
constexpr u32 LAST_COMPATIBLE_AT = 24;
constexpr u32 STRINGS_SIZE_AT = 32;
constexpr u32 STRUCTURE_SIZE_AT = 36;

constexpr u32 CELL_BYTES = 4;
constexpr u32 RESERVED_ENTRY_BYTES = 16;
constexpr u32 CELLS_MAX = 2; // numbers of three cells are addresses of PCI, which nobody here wants

enum class TokenKind : u32 {
    DAMAGED = 0,
    BEGIN_NODE = 1,
    END_NODE = 2,
    PROPERTY = 3,
    NOTHING = 4,
    END = 9,
};

struct Token {
    TokenKind kind = TokenKind::DAMAGED;
    u32 next = 0; ///< where the token behind it begins
    std::string_view name{};
    std::span<const std::byte> value{};
};

/// The caller has seen that it lies within `bytes`. Byte by byte, because swapping is a call of the
/// compiler's library on some machines.
u32 cell_at(std::span<const std::byte> bytes, std::size_t at) {
    u32 value = 0;
    for (const std::byte byte : bytes.subspan(at, CELL_BYTES)) {
        value = (value << 8) | std::to_integer<u32>(byte);
    }
    return value;
}

constexpr bool is_count_of_cells(u32 count) {
    return count >= 1 && count <= CELLS_MAX;
}

bool has_cell(std::span<const std::byte> bytes, std::size_t at) {
    return at <= bytes.size() && bytes.size() - at >= CELL_BYTES;
}

u64 number_of(std::span<const std::byte> cells) {
    u64 value = 0;
    for (std::size_t at = 0; at < cells.size(); at += CELL_BYTES) {
        value = (value << 32) | cell_at(cells, at);
    }
    return value;
}

/// Takes a number off cells that are read from the front; the caller has seen that they are there.
u64 take_number(std::span<const std::byte>& cells, u32 count) {
    const u64 value = number_of(cells.first(count * CELL_BYTES));
    cells = cells.subspan(count * CELL_BYTES);
    return value;
}

/// The text that begins there; false when it does not end within `bytes`.
bool text_at(std::span<const std::byte> bytes, std::size_t at, std::string_view& text) {
    if (at >= bytes.size()) {
        return false;
    }
    const auto rest = bytes.subspan(at);
    const auto end = std::ranges::find(rest, std::byte{0});
    text = {reinterpret_cast<const char*>(rest.data()),
            static_cast<std::size_t>(end - rest.begin())};
    return end != rest.end();
}

constexpr u32 to_cells(std::size_t size_bytes) {
    return static_cast<u32>((size_bytes + CELL_BYTES - 1) / CELL_BYTES * CELL_BYTES);
}

Token property_at(const TreeBlocks& blocks, u32 at) {
    constexpr u32 HEAD_BYTES = 3 * CELL_BYTES;
    Token token;
    if (blocks.structure.size() - at < HEAD_BYTES) {
        return token;
    }
    const u32 size_bytes = cell_at(blocks.structure, at + CELL_BYTES);
    const u32 name = cell_at(blocks.structure, at + 2 * CELL_BYTES);
    if (size_bytes > blocks.structure.size() - at - HEAD_BYTES ||
        !text_at(blocks.strings, name, token.name)) {
        return token;
    }
    token.kind = TokenKind::PROPERTY;
    token.value = blocks.structure.subspan(at + HEAD_BYTES, size_bytes);
    token.next = at + HEAD_BYTES + to_cells(size_bytes);
    return token;
}

Token token_at(const TreeBlocks& blocks, u32 at) {
    Token token;
    if (!has_cell(blocks.structure, at)) {
        return token;
    }
    const auto kind = static_cast<TokenKind>(cell_at(blocks.structure, at));
    switch (kind) {
    case TokenKind::BEGIN_NODE:
        if (text_at(blocks.structure, at + CELL_BYTES, token.name)) {
            token.kind = kind;
            token.next = at + CELL_BYTES + to_cells(token.name.size() + 1);
        }
        break;
    case TokenKind::PROPERTY:
        return property_at(blocks, at);
    case TokenKind::END_NODE:
    case TokenKind::NOTHING:
    case TokenKind::END:
        token.kind = kind;
        token.next = at + CELL_BYTES;
        break;
    case TokenKind::DAMAGED:
        break;
    }
    return token;
}

/// Where the check of a tree's structure stands.
struct StructureCheck {
    u32 depth = 0;
    bool takes_properties = false; ///< they come before a node's children
    bool root_was_there = false;
};

/// False: the token may not stand here.
bool passes(StructureCheck& check, TokenKind kind) {
    switch (kind) {
    case TokenKind::BEGIN_NODE:
        if (check.depth == TREE_DEPTH_MAX || (check.depth == 0 && check.root_was_there)) {
            return false;
        }
        ++check.depth;
        check.root_was_there = true;
        check.takes_properties = true;
        return true;
    case TokenKind::END_NODE:
        check.takes_properties = false;
        return check.depth-- > 0;
    case TokenKind::PROPERTY:
        return check.takes_properties;
    case TokenKind::NOTHING:
        return true;
    case TokenKind::DAMAGED:
    case TokenKind::END:
        break;
    }
    return false;
}

bool is_sound_structure(const TreeBlocks& blocks) {
    StructureCheck check;
    Token token = token_at(blocks, 0);
    while (token.kind != TokenKind::END) {
        if (!passes(check, token.kind)) {
            return false;
        }
        token = token_at(blocks, token.next);
    }
    return check.depth == 0 && check.root_was_there;
}

/// A block of the tree; empty when it does not lie within it.
std::span<const std::byte> block(std::span<const std::byte> tree, u32 offset, u32 size_bytes) {
    if (offset < TREE_HEADER_BYTES || offset > tree.size() || size_bytes > tree.size() - offset) {
        return {};
    }
    return tree.subspan(offset, size_bytes);
}

/// The list ends with an entry of zeros. Empty when it does not end, or when it lies askew.
bool find_reserved(std::span<const std::byte> tree, std::span<const std::byte>& list) {
    const u32 offset = cell_at(tree, RESERVED_AT);
    if (offset < TREE_HEADER_BYTES || offset > tree.size()) {
        return false;
    }
    const auto rest = tree.subspan(offset);
    for (u64 at = 0; rest.size() - at >= RESERVED_ENTRY_BYTES; at += RESERVED_ENTRY_BYTES) {
        if (number_of(rest.subspan(at, 8)) == 0 && number_of(rest.subspan(at + 8, 8)) == 0) {
            list = rest.first(at);
            return true;
        }
    }
    return false;
}

/// `name` as one step of a path: the unit address may be left out.
bool is_step(std::string_view name, std::string_view step) {
    return name == step || (!step.contains('@') && up_to(name, '@') == step);
}

std::string_view take_step(std::string_view& path) {
    const std::size_t begin = path.find_first_not_of('/');
    if (begin == std::string_view::npos) {
        path = {};
        return {};
    }
    path.remove_prefix(begin);
    const std::string_view step = up_to(path, '/');
    path.remove_prefix(step.size());
    return step;
}

TreeNode child_of(const TreeNode& parent, std::string_view step) {
    TreeNode node = parent;
    while (node.next() && node.depth() > parent.depth()) {
        if (node.depth() == parent.depth() + 1 && is_step(node.name(), step)) {
            return node;
        }
    }
    return {};
}

} // namespace

std::string_view up_to(std::string_view text, char end) {
    return {text.data(), std::min(text.find(end), text.size())};
}

u32 tree_size_bytes(std::span<const std::byte> header) {
    if (header.size() < TREE_HEADER_BYTES || cell_at(header, MAGIC_AT) != MAGIC ||
        cell_at(header, VERSION_AT) < VERSION || cell_at(header, LAST_COMPATIBLE_AT) > VERSION) {
        return 0;
    }
    const u32 size_bytes = cell_at(header, TOTAL_SIZE_AT);
    return size_bytes < TREE_HEADER_BYTES || size_bytes > TREE_BYTES_MAX ? 0 : size_bytes;
}

u64 TreeValue::number() const {
    return bytes.size() == CELL_BYTES || bytes.size() == 2 * CELL_BYTES ? number_of(bytes) : 0;
}

u32 TreeValue::cell(u32 index) const {
    const u64 at = u64{index} * CELL_BYTES;
    return has_cell(bytes, at) ? cell_at(bytes, at) : 0;
}

std::string_view TreeValue::text() const {
    std::string_view text;
    return text_at(bytes, 0, text) ? text : std::string_view{};
}

bool TreeValue::lists(std::string_view text) const {
    std::string_view entry;
    for (std::size_t at = 0; text_at(bytes, at, entry); at += entry.size() + 1) {
        if (entry == text) {
            return true;
        }
    }
    return false;
}

TreeNode::TreeNode(const TreeBlocks& blocks) : blocks_(blocks) {
    u32 at = 0;
    while (token_at(blocks_, at).kind == TokenKind::NOTHING) {
        at = token_at(blocks_, at).next;
    }
    enter(at);
}

/// On to a child: what its children's addresses need is read on the way through its properties.
void TreeNode::enter(u32 begin) {
    Level& level = levels_[count_++];
    level = {begin + CELL_BYTES, token_at(blocks_, begin).next};
    resume_ = level.properties;
    for (Token token = token_at(blocks_, resume_);
         token.kind == TokenKind::PROPERTY || token.kind == TokenKind::NOTHING;
         token = token_at(blocks_, resume_)) {
        note_property(level, token.name, token.value);
        resume_ = token.next;
    }
}

void TreeNode::note_property(Level& level, std::string_view name,
                             std::span<const std::byte> value) {
    if (name == "#address-cells" && value.size() == CELL_BYTES) {
        level.address_cells = cell_at(value, 0);
    } else if (name == "#size-cells" && value.size() == CELL_BYTES) {
        level.size_cells = cell_at(value, 0);
    } else if (name == "ranges") {
        level.ranges = {true, value};
    }
}

bool TreeNode::next() {
    while (count_ > 0) {
        const Token token = token_at(blocks_, resume_);
        if (token.kind == TokenKind::BEGIN_NODE) {
            enter(resume_);
            return true;
        }
        count_ -= token.kind == TokenKind::END_NODE ? 1 : 0;
        resume_ = token.next;
    }
    return false;
}

std::string_view TreeNode::name() const {
    std::string_view name;
    return count_ > 0 && text_at(blocks_.structure, levels_[depth()].name, name)
               ? name
               : std::string_view{};
}

TreeValue TreeNode::property(std::string_view name) const {
    if (count_ == 0) {
        return {};
    }
    for (Token token = token_at(blocks_, levels_[depth()].properties);
         token.kind == TokenKind::PROPERTY || token.kind == TokenKind::NOTHING;
         token = token_at(blocks_, token.next)) {
        if (token.kind == TokenKind::PROPERTY && token.name == name) {
            return {true, token.value};
        }
    }
    return {};
}

bool TreeNode::is_compatible(std::string_view name) const {
    return property("compatible").lists(name);
}

bool TreeNode::is_available() const {
    const TreeValue status = property("status");
    return is_there() && (!status.is_there || status.text() == "okay" || status.text() == "ok");
}

bool TreeNode::raw_register(u32 index, PhysicalSpan& entry) const {
    if (count_ < 2 || index >= TREE_REGISTERS_MAX) {
        return false;
    }
    const Level& bus = levels_[depth() - 1];
    if (!is_count_of_cells(bus.address_cells) || bus.size_cells > CELLS_MAX) {
        return false;
    }
    const u64 entry_bytes = u64{bus.address_cells + bus.size_cells} * CELL_BYTES;
    std::span<const std::byte> cells = property("reg").bytes;
    if (cells.size() / entry_bytes <= index) {
        return false;
    }
    cells = cells.subspan(index * entry_bytes);
    const u64 base = take_number(cells, bus.address_cells);
    entry = {base, take_number(cells, bus.size_cells)};
    return true;
}

PhysicalSpan TreeNode::registers(u32 index) const {
    PhysicalSpan entry;
    if (!raw_register(index, entry)) {
        return {};
    }
    for (u32 bus = depth() - 1; bus > 0; --bus) {
        if (!to_parent(bus, entry.base)) {
            return {};
        }
    }
    return entry.end() < entry.base ? PhysicalSpan{} : entry;
}

/// An address on the bus that the node on level `bus` makes, as the bus above has it.
bool TreeNode::to_parent(u32 bus, u64& address) const {
    const Level& below = levels_[bus];
    const Level& above = levels_[bus - 1];
    if (!below.ranges.is_there) {
        return false;
    }
    if (below.ranges.bytes.empty()) {
        return true; // the same on both
    }
    if (!is_count_of_cells(above.address_cells) || !is_count_of_cells(below.address_cells) ||
        !is_count_of_cells(below.size_cells)) {
        return false;
    }
    std::span<const std::byte> rest = below.ranges.bytes;
    const u64 entry_bytes =
        u64{below.address_cells + above.address_cells + below.size_cells} * CELL_BYTES;
    while (rest.size() >= entry_bytes) {
        const u64 child = take_number(rest, below.address_cells);
        const u64 parent = take_number(rest, above.address_cells);
        const u64 size_bytes = take_number(rest, below.size_cells);
        if (address >= child && address - child < size_bytes) {
            address = parent + (address - child);
            return true;
        }
    }
    return false;
}

DeviceTree::DeviceTree(std::span<const std::byte> bytes) {
    const u32 size_bytes = tree_size_bytes(bytes);
    if (size_bytes == 0 || size_bytes > bytes.size()) {
        return;
    }
    const auto tree = bytes.first(size_bytes);
    const TreeBlocks blocks{
        block(tree, cell_at(tree, STRUCTURE_AT), cell_at(tree, STRUCTURE_SIZE_AT)),
        block(tree, cell_at(tree, STRINGS_AT), cell_at(tree, STRINGS_SIZE_AT)),
    };
    if (find_reserved(tree, reserved_) && is_sound_structure(blocks)) {
        blocks_ = blocks;
    }
}

PhysicalSpan DeviceTree::reserved(u32 index) const {
    if (!is_sound() || index >= reserved_.size() / RESERVED_ENTRY_BYTES) {
        return {};
    }
    auto entry = reserved_.subspan(std::size_t{index} * RESERVED_ENTRY_BYTES);
    const u64 base = take_number(entry, 2);
    return {base, take_number(entry, 2)};
}

TreeNode DeviceTree::root() const {
    return is_sound() ? TreeNode(blocks_) : TreeNode();
}

TreeNode DeviceTree::find(std::string_view path) const {
    TreeNode node = root();
    for (std::string_view step = take_step(path); !step.empty() && node.is_there();
         step = take_step(path)) {
        node = child_of(node, step);
    }
    return node;
}

TreeNode DeviceTree::find_compatible(std::string_view name) const {
    for (TreeNode node = root(); node.is_there(); node.next()) {
        if (node.is_available() && node.is_compatible(name)) {
            return node;
        }
    }
    return {};
}

} // namespace knhk::bare
