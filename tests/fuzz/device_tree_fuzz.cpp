// SPDX-License-Identifier: MIT
// A device tree, and all that is asked of one. Every second mutation gets the header of a sound
// tree again, so that the blocks behind it are reached.
#include "arch/bare/machine_tree.hpp"
#include "arch/riscv64/instruction_sets.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace knhk;
using namespace knhk::bare;

namespace {

void use_node(const TreeNode& node) {
    fuzz::demand(node.depth() < TREE_DEPTH_MAX);
    static_cast<void>(node.name().size());
    static_cast<void>(node.is_compatible("arm,pl011"));
    static_cast<void>(node.property("status").number());
    for (u32 i = 0; i < 4; ++i) {
        const PhysicalSpan registers = node.registers(i);
        fuzz::demand(registers.end() >= registers.base);
    }
}

void use_machine(const DeviceTree& tree) {
    HartTable harts;
    add_harts(tree, harts);
    fuzz::demand(harts.count <= CORES_MAX);
    const TreeChoice choice = choice_of(tree);
    fuzz::demand(choice.initrd.end() >= choice.initrd.base);
    u32 pieces = 0;
    each_memory(tree, [&](PhysicalSpan, bool) { ++pieces; });
    static_cast<void>(console_of(tree).registers(0));
    static_cast<void>(timebase_hz(tree));
    static_cast<void>(monitor_of(tree));
    static_cast<void>(all_harts_have(tree, [](const TreeNode& hart) {
        const std::string_view text = hart.property("riscv,isa").text();
        return riscv64::names_vectors(text) || riscv64::names_extension(text, "zknh");
    }));
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> bytes = fuzz::copy_of(data, size);
    const DeviceTree tree(bytes);
    u32 nodes = 0;
    for (TreeNode node = tree.root(); node.is_there(); node.next()) {
        use_node(node);
        ++nodes;
    }
    fuzz::demand(tree.is_sound() == (nodes > 0));
    use_machine(tree);
    return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                    unsigned seed) {
    std::uint8_t header[TREE_HEADER_BYTES];
    const bool keeps_header = seed % 2 == 0 && size >= sizeof header;
    if (keeps_header) {
        std::memcpy(header, data, sizeof header);
    }
    size = LLVMFuzzerMutate(data, size, size_max);
    if (keeps_header && size >= sizeof header) {
        std::memcpy(data, header, sizeof header);
    }
    return size;
}
