// SPDX-License-Identifier: MIT
#include "arch/aarch64/interrupts.hpp"

#include <algorithm>
#include <atomic>

#include "arch/aarch64/cpu.hpp"
#include "arch/bare/exit.hpp"
#include "arch/bare/watch.hpp"

namespace knhk::bare {
namespace {

// Interrupts that harts send each other.
constexpr u32 WAKE = 0;
constexpr u32 STOP = 1;
/// From here on numbers mean that there is none.
constexpr u32 SPECIAL_NUMBERS = 1020;
constexpr u32 NUMBER_MASK = 0x3FF;

// The distributor, and in the third version the second half of a redistributor.
constexpr u64 CONTROL = 0x000;
constexpr u64 GROUPS = 0x080;
constexpr u64 SET_ENABLE = 0x100;
constexpr u64 CLEAR_ENABLE = 0x180;
constexpr u64 CLEAR_PENDING = 0x280;
constexpr u64 PRIORITIES = 0x400;
constexpr u64 TARGETS = 0x800;
constexpr u64 SEND = 0xF00;
constexpr u32 PRIVATE_INTERRUPTS = 32;
constexpr u32 PRIORITY_OF_ALL = 0xA0A0A0A0;

// Second version.
constexpr u64 CPU_CONTROL = 0x00;
constexpr u64 CPU_PRIORITY_MASK = 0x04;
constexpr u64 CPU_ACKNOWLEDGE = 0x0C;
constexpr u64 CPU_END = 0x10;
constexpr u32 GROUP_ON = 1;
constexpr u32 HARTS_MAX_V2 = 8;
constexpr u32 SEND_TARGETS_SHIFT = 16;
constexpr u32 SEND_ALL_BUT_SELF = 1U << 24;

// Third version.
constexpr u64 REDISTRIBUTOR_TYPE = 0x08;
constexpr u64 REDISTRIBUTOR_WAKER = 0x14;
constexpr u64 REDISTRIBUTOR_PRIVATE = 0x10000;
constexpr u64 REDISTRIBUTOR_BYTES = 0x20000;
constexpr u64 TYPE_HAS_VIRTUAL = 1U << 1; // twice as large then
constexpr u32 WAKER_SLEEPS = 1U << 1;
constexpr u32 WAKER_ASLEEP = 1U << 2;
constexpr u32 CONTROL_BY_AFFINITY = 0x13; // both groups of whoever asks, and affinity routing
constexpr u64 SEND_ALL_BUT_SELF_V3 = u64{1} << 40;

constexpr u64 PRIORITY_MASK_NONE = 0xFF;
constexpr u32 WAIT_POLLS_MAX = 1'000'000;

constexpr u64 DISTRIBUTOR = KNHK_GIC_DISTRIBUTOR_BASE;
constexpr u64 CPU_INTERFACE = KNHK_GIC_CPU_INTERFACE_BASE;
constexpr u64 REDISTRIBUTORS_END =
    KNHK_GIC_REDISTRIBUTORS_BASE + u64{KNHK_GIC_REDISTRIBUTORS_SIZE_MAX};

enum class Version : u8 { NONE, SECOND, THIRD };

/// Found at boot, constant once interrupts are started.
constinit Version version = Version::NONE;
constinit GicWindows found_windows{};
constinit u64 redistributors_end = KNHK_GIC_REDISTRIBUTORS_BASE;

/// Set when registers can be reached; exit_machine may come before.
constinit std::atomic<bool> mapped{false};

/// Second version: which bit of a target list each hart is, told by itself before it runs tasks.
constinit std::atomic<u32> target_bits[HARTS_MAX_V2]{};
/// Third version: each hart's own redistributor.
constinit std::atomic<u64> redistributors[CORES_MAX]{};

void add_window(u64 address, PhysicalSpan frames) {
    const u64 size_bytes = (frames.size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    if (size_bytes > 0 && frames.base % PAGE_BYTES == 0 &&
        found_windows.count < found_windows.windows.size()) {
        found_windows.windows[found_windows.count++] = {address, {frames.base, size_bytes}};
    }
}

PhysicalSpan at_most(PhysicalSpan span, u64 size_bytes_max) {
    return {span.base, std::min(span.size_bytes, size_bytes_max)};
}

TreeNode second_version(const DeviceTree& tree) {
    for (const std::string_view name :
         {"arm,gic-400", "arm,cortex-a15-gic", "arm,cortex-a7-gic", "arm,cortex-a9-gic"}) {
        const TreeNode node = tree.find_compatible(name);
        if (node.is_there()) {
            return node;
        }
    }
    return {};
}

void take_second_version(const TreeNode& node) {
    version = Version::SECOND;
    add_window(DISTRIBUTOR, at_most(node.registers(0), CPU_INTERFACE - DISTRIBUTOR));
    add_window(CPU_INTERFACE, at_most(node.registers(1), 0x10000));
}

void take_third_version(const TreeNode& node) {
    version = Version::THIRD;
    add_window(DISTRIBUTOR, at_most(node.registers(0), CPU_INTERFACE - DISTRIBUTOR));
    const u64 regions = std::max<u64>(node.property("#redistributor-regions").number(), 1);
    for (u32 i = 1; i <= regions && i < GIC_WINDOWS_MAX; ++i) {
        const PhysicalSpan frames =
            at_most(node.registers(i), REDISTRIBUTORS_END - redistributors_end);
        add_window(redistributors_end, frames);
        redistributors_end += frames.size_bytes;
    }
}

/// Of the numbers that each hart has for itself.
void start_private_interrupts(u64 registers) {
    write_device(registers + CLEAR_ENABLE, ~u32{0});
    write_device(registers + CLEAR_PENDING, ~u32{0});
    for (u32 i = 0; i < PRIVATE_INTERRUPTS; i += sizeof(u32)) {
        write_device(registers + PRIORITIES + i, PRIORITY_OF_ALL);
    }
    write_device(registers + SET_ENABLE, 1U << WAKE | 1U << STOP);
}

void start_second_version(u32 hart) {
    start_private_interrupts(DISTRIBUTOR);
    target_bits[hart % HARTS_MAX_V2].store(read_device(DISTRIBUTOR + TARGETS) & 0xFF,
                                           std::memory_order_relaxed);
    if (hart == 0) {
        write_device(DISTRIBUTOR + CONTROL, GROUP_ON);
    }
    write_device(CPU_INTERFACE + CPU_PRIORITY_MASK, PRIORITY_MASK_NONE);
    write_device(CPU_INTERFACE + CPU_CONTROL, GROUP_ON);
}

/// The redistributor says whose it is, in 32 bits: four levels of affinity.
u64 find_redistributor(u64 id) {
    const u64 affinity = (id & 0xFF'FFFF) | (id >> 32 << 24);
    u64 at = KNHK_GIC_REDISTRIBUTORS_BASE;
    while (at + REDISTRIBUTOR_BYTES <= redistributors_end) {
        const u64 type = read_device_64(at + REDISTRIBUTOR_TYPE);
        if (type >> 32 == affinity) {
            return at;
        }
        at += (type & TYPE_HAS_VIRTUAL) != 0 ? 2 * REDISTRIBUTOR_BYTES : REDISTRIBUTOR_BYTES;
    }
    refuse(ExitStatus::Environment,
           TextLine{}.text("the interrupt controller does not know the hart 0x").hex(id));
}

void wake_redistributor(u64 registers) {
    write_device(registers + REDISTRIBUTOR_WAKER,
                 read_device(registers + REDISTRIBUTOR_WAKER) & ~WAKER_SLEEPS);
    for (u32 i = 0; i < WAIT_POLLS_MAX; ++i) {
        if ((read_device(registers + REDISTRIBUTOR_WAKER) & WAKER_ASLEEP) == 0) {
            return;
        }
        pause();
    }
}

void start_third_version(u32 hart) {
    const u64 registers = find_redistributor(own_hart_id());
    redistributors[hart].store(registers, std::memory_order_relaxed);
    if (hart == 0) {
        write_device(DISTRIBUTOR + CONTROL, CONTROL_BY_AFFINITY);
    }
    wake_redistributor(registers);
    write_device(registers + REDISTRIBUTOR_PRIVATE + GROUPS, ~u32{0});
    start_private_interrupts(registers + REDISTRIBUTOR_PRIVATE);
    KNHK_WRITE_REGISTER("icc_sre_el1", KNHK_READ_REGISTER("icc_sre_el1") | 1);
    synchronize_instructions();
    KNHK_WRITE_REGISTER("icc_pmr_el1", PRIORITY_MASK_NONE);
    KNHK_WRITE_REGISTER("icc_bpr1_el1", 0);
    KNHK_WRITE_REGISTER("icc_ctlr_el1", 0);
    KNHK_WRITE_REGISTER("icc_igrpen1_el1", 1);
    synchronize_instructions();
}

/// The harts are numbered as they stand in the list, and so is target_bits.
u32 target_bit_of(u64 hart_id) {
    for (u32 hart = 0; hart < HARTS_MAX_V2; ++hart) {
        if (id_of_hart(hart) == hart_id) {
            return target_bits[hart].load(std::memory_order_relaxed);
        }
    }
    return 0;
}

/// ICC_SGI1R_EL1: sixteen harts that differ in the lowest level alone have a bit each.
u64 target_of(u64 hart_id) {
    const u64 lowest = hart_id & 0xFF;
    return (hart_id >> 32 & 0xFF) << 48 | lowest / 16 << 44 | (hart_id >> 16 & 0xFF) << 32 |
           (hart_id >> 8 & 0xFF) << 16 | u64{1} << lowest % 16;
}

void send(u64 number_and_targets) {
    complete_accesses();
    KNHK_WRITE_REGISTER("icc_sgi1r_el1", number_and_targets);
    synchronize_instructions();
}

u32 acknowledge() {
    if (version == Version::SECOND) {
        return read_device(CPU_INTERFACE + CPU_ACKNOWLEDGE);
    }
    const u64 number = KNHK_READ_REGISTER("icc_iar1_el1");
    complete_accesses();
    return static_cast<u32>(number);
}

void end_interrupt(u32 acknowledged) {
    if (version == Version::SECOND) {
        write_device(CPU_INTERFACE + CPU_END, acknowledged);
    } else {
        KNHK_WRITE_REGISTER("icc_eoir1_el1", acknowledged);
        synchronize_instructions();
    }
}

} // namespace

void find_interrupts(const Firmware& firmware) {
    const DeviceTree tree(firmware.device_tree);
    const TreeNode third = tree.find_compatible("arm,gic-v3");
    const TreeNode second = second_version(tree);
    if (third.is_there()) {
        take_third_version(third);
    } else if (second.is_there()) {
        take_second_version(second);
    }
    if (found_windows.count < 2) {
        refuse(ExitStatus::Environment,
               "the device tree describes no interrupt controller that is known (GICv2, GICv3)");
    }
}

u32 interruptible_harts_max() {
    return version == Version::SECOND ? HARTS_MAX_V2 : CORES_MAX;
}

const GicWindows& interrupt_windows() {
    return found_windows;
}

void start_interrupts() {
    if (version == Version::SECOND) {
        start_second_version(current_hart());
    } else {
        start_third_version(current_hart());
    }
    mapped.store(true, std::memory_order_relaxed); // each hart asks only for itself
    unmask_interrupts();                           // so that stop_other_harts reaches it
}

void allow_interrupt(u32 number) {
    const u64 registers = version == Version::SECOND
                              ? DISTRIBUTOR
                              : redistributors[current_hart()].load(std::memory_order_relaxed) +
                                    REDISTRIBUTOR_PRIVATE;
    write_device(registers + SET_ENABLE, 1U << number % PRIVATE_INTERRUPTS);
}

void send_wake(u64 hart_id) {
    if (version == Version::SECOND) {
        complete_accesses();
        write_device(DISTRIBUTOR + SEND, target_bit_of(hart_id) << SEND_TARGETS_SHIFT | WAKE);
    } else {
        send(target_of(hart_id) | u64{WAKE} << 24);
    }
}

void stop_other_harts() {
    if (!mapped.load(std::memory_order_relaxed)) {
        return;
    }
    if (version == Version::SECOND) {
        complete_accesses();
        write_device(DISTRIBUTOR + SEND, SEND_ALL_BUT_SELF | STOP);
    } else {
        send(SEND_ALL_BUT_SELF_V3 | u64{STOP} << 24);
    }
}

} // namespace knhk::bare

/// From vectors.S, on the hart's fault stack, interrupts masked.
extern "C" void interrupt_entry() {
    using namespace knhk::bare;
    const knhk::u32 acknowledged = acknowledge();
    const knhk::u32 number = acknowledged & NUMBER_MASK;
    if (number >= SPECIAL_NUMBERS) {
        return;
    }
    if (number == timer_interrupt_number()) {
        take_timer_interrupt();
    }
    end_interrupt(acknowledged);
    if (number == STOP && machine_has_ended()) {
        halt_forever();
    }
    if (number == timer_interrupt_number()) {
        watch_is_due(); // may not return
    }
}
