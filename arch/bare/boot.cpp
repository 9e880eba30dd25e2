// SPDX-License-Identifier: MIT
// The boot list: what happens, and in which order, between the firmware and the runtime.
#include "arch/bare/console.hpp"
#include "arch/bare/exit.hpp"
#include "arch/bare/machine.hpp"
#include "arch/bare/platform.hpp"

namespace knhk::bare {
namespace {

/// Until the region of stacks is mapped.
alignas(16) constinit std::byte early_fault_stack[FAULT_STACK_BYTES] = {};

constinit Firmware firmware{};

u64 early_fault_stack_top() {
    return reinterpret_cast<u64>(early_fault_stack) + sizeof early_fault_stack;
}

void announce_machine(const HartTable& harts) {
    static constexpr u64 MEBIBYTE = 1024 * 1024;
    if (harts.left_out > 0) {
        TextLine line;
        line.text("knhk: ").number(harts.left_out).text(" harts are left out: their numbers are ");
        print(line.text("too large, or they are more than ").number(CORES_MAX));
    }
    TextLine line;
    line.text("knhk: bare-" KNHK_ARCHITECTURE ", ").number(harts.count);
    line.text(harts.count == 1 ? " hart, " : " harts, ");
    print(line.number((firmware.ram_bytes() + MEBIBYTE - 1) / MEBIBYTE).text(" MiB RAM"));
    announce_processor();
}

} // namespace
} // namespace knhk::bare

/// From entry.S, on the boot stack, under the early page tables.
extern "C" [[noreturn]] void boot_main() {
    using namespace knhk;
    using namespace knhk::bare;
    start_console();                           // every refusal can be read
    start_vectors(0, early_fault_stack_top()); // from here on faults are reported
    start_cpu();                               // vector state

    read_firmware(firmware);                      // copied: no later step asks firmware
    find_console(firmware);                       // where the firmware has it
    find_interrupts(firmware);                    // can harts be started and woken
    const HartTable harts = find_harts(firmware); // who else is there
    find_timer(firmware);                         // for watch
    announce_machine(harts);                      // the first line people look for
    check_memory_size(firmware);                  // too little is refused in words

    FrameAllocator frames(firmware);                  // RAM that nobody uses
    const RegionFrames placed = take_regions(frames); // the memory map's frames, zeroed
    copy_container(firmware, placed);                 // its own place is not mapped later
    prepare_hart_starts(firmware, harts);             // where the other harts will start

    const u64 tables = make_page_tables(frames, placed);               // least rights
    const BootInfo* boot_info = make_boot_info(firmware, harts.count); // the runtime's view
    set_harts(harts, boot_info, tables);                               // for start_hart

    load_page_tables(tables);               // low memory and direct map are gone
    set_fault_stack(0, fault_stack_top(0)); // in its slot, like the stack below
    announce_drain(placed);                 // the host may look for it now
    start_interrupts();                     // they can be sent
    reset_other_harts();                    // they wait to be started
    enter_hart_stack(0, hart_stack_top(0)); // and on to knhk_enter
}
