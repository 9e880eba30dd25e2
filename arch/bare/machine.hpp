// SPDX-License-Identifier: MIT
// What bare machines ask of their architecture: everything that arch/<architecture>/ defines, in
// the order of its files, and in which a port brings it up. All of it is reached from here alone;
// what differs in nothing but numbers stands in the architecture's layout.h.
#pragma once

#include <span>

#include "arch/bare/firmware.hpp"
#include "arch/bare/harts.hpp"
#include "arch/bare/paging.hpp"
#include "arch/platform.hpp"

// entry.S: from the firmware to boot_main (boot.cpp), under page tables that show the image and,
// from KNHK_DIRECT_MAP_BASE on, physical memory.
extern "C" {
/// Leaves the boot stack for good: run_hart(hart) on the hart's own.
[[noreturn]] void enter_hart_stack(knhk::u32 hart, knhk::u64 stack_top);
}

namespace knhk::bare {

// cpu.cpp

/// Switches on, for the calling hart, what code of the image may use. Refuses a processor that
/// cannot run it.
void start_cpu();
/// What the processor has beside the least that is needed, as a line of the console; or nothing.
void announce_processor();
/// BootInfo::instruction_sets, when the firmware has been read.
[[nodiscard]] u64 instruction_sets();
/// Platform::pause: gives way inside a spinning loop.
void pause();
/// Platform::cycles.
[[nodiscard]] u64 read_cycles();
/// How fast those run at most: bounds of waiting are made of it, nothing else.
[[nodiscard]] u64 cycles_per_second_max();
[[noreturn]] void halt_forever();
/// Masks interrupts on the calling hart; what it returns says how they were.
[[nodiscard]] u64 mask_interrupts();
void restore_interrupts(u64 before);
void unmask_interrupts();
/// Sleeps until an interrupt, and takes it. Called with interrupts masked, which they are again
/// afterwards; one that is pending already ends it at once.
void sleep_until_interrupt();
/// Large amounts, fast even under emulation. `size_bytes` is a multiple of 8.
void zero_bytes(void* to, u64 size_bytes);
void copy_bytes(void* to, const void* from, u64 size_bytes);

// console.cpp: the port behind arch/bare/console.hpp.

/// Sets up the port that is there without asking firmware's tables; false: none is known yet.
[[nodiscard]] bool start_port();
/// Goes over to the port that the firmware describes. False: it describes none that can be driven.
[[nodiscard]] bool find_port(const Firmware& firmware);
[[nodiscard]] bool port_takes_byte();
[[nodiscard]] bool port_is_idle();
void write_port_byte(u8 byte);
/// The next byte that somebody typed; below 0: none.
[[nodiscard]] int read_port_byte();

// vectors.cpp, vectors.S and fault.cpp: exceptions become a FaultReport for report_fault
// (fault.hpp).

/// Where exceptions and interrupts of the calling hart go: it is `hart` from now on, and handles
/// them on the stack that ends at `fault_stack_top`.
void start_vectors(u32 hart, u64 fault_stack_top);
/// Gives a hart that has its vectors another stack for them.
void set_fault_stack(u32 hart, u64 fault_stack_top);
/// Platform::current_hart. Safe anywhere; 0 before start_vectors, when only hart 0 runs C++.
[[nodiscard]] u32 current_hart();

// handover.cpp

/// Takes what the protocol that entered the image left. Refuses what cannot be used.
void read_handover(Firmware& firmware);

// paging.cpp: how an entry of a table is written. Tables have 512 entries of eight bytes on
// KNHK_PAGE_TABLE_LEVELS levels, pages 4 KiB, large ones 2 MiB.

[[nodiscard]] PageEntry page_entry(u64 frames, Rights rights, bool is_large);
[[nodiscard]] PageEntry table_entry(u64 table);
/// What table_entry was given.
[[nodiscard]] u64 table_of(PageEntry entry);
/// Where a byte of the image was loaded.
[[nodiscard]] u64 image_physical(u64 address);
/// What the final tables show beside the image and the regions.
[[nodiscard]] std::span<const DeviceWindow> device_windows();
/// Makes the final tables the calling hart's own. Firmware's memory is gone then.
void load_page_tables(u64 root);

// harts.cpp and hart_entry.S: started harts come to hart_main (arch/bare/harts.cpp) under the final
// tables, on their own stacks.

/// The harts that the firmware describes, the calling one first; only that one when it lists none.
[[nodiscard]] HartTable find_harts(const Firmware& firmware);
/// Makes ready what hart_entry.S needs, while boot code still reaches physical memory.
void prepare_hart_starts(const Firmware& firmware, const HartTable& harts);
/// Puts the other harts into the state in which they wait to be started.
void reset_other_harts();
/// Lets the hart with this number of the machine's begin at hart_entry.S; no harm to one that runs.
void send_start(u64 hart_id);

// interrupts.cpp

/// What it needs of the firmware's tables. Refuses, in words, an interrupt controller that cannot
/// be driven. Called at boot.
void find_interrupts(const Firmware& firmware);
/// Switches the calling hart's interrupts on, with all its own sources off.
void start_interrupts();
void send_wake(u64 hart_id);
/// Interrupts all others so that they notice machine_has_ended, if interrupts were started.
void stop_other_harts();

// watch.cpp

/// What it needs of the firmware's tables. Called at boot.
void find_timer(const Firmware& firmware);
/// From here on watch_is_due (watch.hpp) is called every so often on the calling hart, from an
/// interrupt. False: this machine has no timer for that.
[[nodiscard]] bool start_timer_interrupts(u32 milliseconds);
void stop_timer_interrupts();

// exit.cpp

/// Ends the emulator or switches the machine off, where that is possible; else returns.
void leave_machine(u32 status);

} // namespace knhk::bare
