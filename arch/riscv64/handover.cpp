// SPDX-License-Identifier: MIT
// What the firmware left: a device tree, and the number of the hart that it chose to boot.
#include "arch/bare/exit.hpp"
#include "arch/bare/machine_tree.hpp"
#include "arch/riscv64/cpu.hpp"
#include "arch/riscv64/instruction_sets.hpp"

extern "C" {
// Written by entry.S.
extern const knhk::u64 boot_device_tree;
}

namespace knhk::bare {
namespace {

/// The older property is one text, the newer a list of names.
bool has_vectors(const TreeNode& hart) {
    return riscv64::names_vectors(hart.property("riscv,isa").text()) ||
           hart.property("riscv,isa-extensions").lists("v");
}

bool has_sha256(const TreeNode& hart) {
    return riscv64::names_extension(hart.property("riscv,isa").text(), "zknh") ||
           hart.property("riscv,isa-extensions").lists("zknh");
}

u64 instruction_sets_of(const DeviceTree& tree) {
    return (all_harts_have(tree, has_vectors) ? bit_of(InstructionSet::Rvv) : 0) |
           (all_harts_have(tree, has_sha256) ? SHA256_BIT : 0);
}

} // namespace

void read_handover(Firmware& firmware) {
    if (!firmware.set_device_tree(boot_device_tree)) {
        refuse(ExitStatus::Environment,
               "the firmware left no device tree that can be read: boot by OpenSBI, with a1 naming "
               "the tree");
    }
    find_finisher(firmware); // later refusals end the emulator with a status
    const DeviceTree tree(firmware.device_tree);
    set_timebase(timebase_hz(tree));
    set_processor(tree.find("/cpus/cpu").property("riscv,isa").text(), instruction_sets_of(tree));
}

} // namespace knhk::bare
