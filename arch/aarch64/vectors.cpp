// SPDX-License-Identifier: MIT
// The table of vectors, the stack that exceptions come on, and which hart this is.
#include "arch/aarch64/cpu.hpp"

extern "C" const std::byte exception_vectors[];

namespace knhk::bare {

void start_vectors(u32 hart, u64 fault_stack_top) {
    KNHK_WRITE_REGISTER("tpidr_el1", hart);
    set_fault_stack(hart, fault_stack_top);
    KNHK_WRITE_REGISTER("vbar_el1", reinterpret_cast<u64>(exception_vectors));
    synchronize_instructions();
    asm volatile("msr daifclr, #4" : : : "memory"); // errors of memory that firmware left pending
}

/// Everything else runs on the stack of EL0, so exceptions find this one as it is set here, and an
/// overflow of the hart's own can be reported.
void set_fault_stack(u32, u64 fault_stack_top) {
    asm volatile("msr spsel, #1; mov sp, %0; msr spsel, #0" : : "r"(fault_stack_top) : "memory");
}

u32 current_hart() {
    return static_cast<u32>(KNHK_READ_REGISTER("tpidr_el1"));
}

} // namespace knhk::bare
