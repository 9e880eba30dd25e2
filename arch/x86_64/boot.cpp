// SPDX-License-Identifier: MIT
// The boot list: what happens, and in which order, between the firmware and the runtime.
#include "arch/x86_64/acpi.hpp"
#include "arch/x86_64/console.hpp"
#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/descriptors.hpp"
#include "arch/x86_64/firmware.hpp"
#include "arch/x86_64/frames.hpp"
#include "arch/x86_64/harts.hpp"
#include "arch/x86_64/local_apic.hpp"
#include "arch/x86_64/paging.hpp"
#include "arch/x86_64/platform.hpp"
#include "arch/x86_64/regions.hpp"
#include "arch/x86_64/watch.hpp"

extern "C" [[noreturn]] void enter_hart_stack(knhk::u32 hart, knhk::u64 stack_top);

namespace knhk::x86 {
namespace {

/// Until the region of stacks is mapped.
alignas(16) constinit std::byte early_fault_stack[FAULT_STACK_BYTES] = {};

constinit Firmware firmware{};

u64 early_fault_stack_top() {
    return reinterpret_cast<u64>(early_fault_stack) + sizeof early_fault_stack;
}

void announce_features() {
    const CpuFeatures features = usable_features();
    if (!features.avx) {
        return;
    }
    TextLine line;
    line.text("knhk: processor has avx");
    line.text(features.avx2 ? " avx2" : "").text(features.avx512f ? " avx512f" : "");
    print(line);
}

void announce_machine(u32 hart_count) {
    static constexpr u64 MEBIBYTE = 1024 * 1024;
    TextLine line;
    line.text("knhk: bare-x86_64, ").number(hart_count).text(hart_count == 1 ? " hart" : " harts");
    line.text(", ");
    print(line.number((firmware.ram_bytes() + MEBIBYTE - 1) / MEBIBYTE).text(" MiB RAM"));
    announce_features();
}

} // namespace
} // namespace knhk::x86

/// From entry.S, on the boot stack, under the early page tables.
extern "C" [[noreturn]] void boot_main() {
    using namespace knhk;
    using namespace knhk::x86;
    start_console();                              // every refusal can be read
    make_interrupt_table();                       // where exceptions go
    load_descriptors(0, early_fault_stack_top()); // from here on faults are reported
    start_cpu();                                  // vector state
    check_local_apic_mode();                      // can it start harts and wake them

    read_firmware(firmware);                        // copied: no later step asks firmware
    const HartTable harts = find_harts(firmware);   // from ACPI
    set_reference_timer(find_acpi_timer(firmware)); // for watch
    announce_machine(harts.count);                  // the first line people look for
    check_memory_size(firmware);                    // too little is refused in words

    FrameAllocator frames(firmware);                  // RAM that nobody uses
    const RegionFrames placed = take_regions(frames); // the memory map's frames, zeroed
    copy_container(firmware, placed);                 // its own place is not mapped later
    copy_trampoline(firmware, harts);                 // where the other harts will start

    const u64 tables = make_page_tables(frames, placed, harts.local_apic); // least rights
    const BootInfo* boot_info = make_boot_info(firmware, harts.count);     // the runtime's view
    set_harts(harts, boot_info, tables);                                   // for start_hart

    write_cr3(tables);                      // low memory and direct map are gone
    set_fault_stack(0, fault_stack_top(0)); // in its slot, like the stack below
    announce_drain(placed);                 // the host may look for it now
    start_local_apic();                     // interrupts can be sent
    reset_other_harts();                    // they wait to be started
    enter_hart_stack(0, hart_stack_top(0)); // and on to knhk_enter
}
