// SPDX-License-Identifier: MIT
// Where traps go, and which hart this is: the register tp says so, which compiled code leaves alone
// where no thread has storage of its own.
#include <cstddef>

#include "arch/riscv64/cpu.hpp"

extern "C" void trap_entry();

namespace knhk::bare {
namespace {

/// As vectors.S uses it.
struct TrapSlot {
    u64 stack_top;
    u64 saved_sp;
};
static_assert(offsetof(TrapSlot, stack_top) == KNHK_TRAP_STACK &&
              offsetof(TrapSlot, saved_sp) == KNHK_TRAP_SAVED_SP &&
              sizeof(TrapSlot) == KNHK_TRAP_SLOT_BYTES);

constinit TrapSlot trap_slots[CORES_MAX] = {};

} // namespace

void start_vectors(u32 hart, u64 fault_stack_top) {
    set_fault_stack(hart, fault_stack_top);
    write_hart_register(hart);
    write_scratch(&trap_slots[hart]);
    write_trap_vector(reinterpret_cast<u64>(&trap_entry));
}

void set_fault_stack(u32 hart, u64 fault_stack_top) {
    trap_slots[hart].stack_top = fault_stack_top;
}

u32 current_hart() {
    return read_hart_register();
}

} // namespace knhk::bare
