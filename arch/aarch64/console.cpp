// SPDX-License-Identifier: MIT
// The port: a PL011 where the device tree's console is.
#include <atomic>

#include "arch/aarch64/cpu.hpp"

extern "C" const knhk::u64 boot_description;

namespace knhk::bare {
namespace {

// Registers, from the port's first on.
constexpr u64 DATA = 0x00;
constexpr u64 FLAGS = 0x18;
constexpr u64 LINE_CONTROL = 0x2C;
constexpr u64 CONTROL = 0x30;
constexpr u64 INTERRUPT_MASK = 0x38;

constexpr u32 FLAG_BUSY = 1U << 3;
constexpr u32 FLAG_RECEIVE_EMPTY = 1U << 4;
constexpr u32 FLAG_TRANSMIT_FULL = 1U << 5;
constexpr u32 LINE_8N1_FIFO = 0x70;
constexpr u32 CONTROL_ON = 1U << 0;
constexpr u32 CONTROL_TRANSMIT = 1U << 8;
constexpr u32 CONTROL_RECEIVE = 1U << 9;

/// Changed once, at boot; harts that are started later read it.
constinit std::atomic<u64> port{0};

u64 at(u64 name) {
    return port.load(std::memory_order_relaxed) + name;
}

/// Its speed is as firmware has set it, which knows the clock. Set up again, it would cut off what
/// it still has to send.
void set_up() {
    constexpr u32 WANTED = CONTROL_ON | CONTROL_TRANSMIT | CONTROL_RECEIVE;
    write_device(at(INTERRUPT_MASK), 0);
    if ((read_device(at(CONTROL)) & WANTED) != WANTED) {
        write_device(at(CONTROL), 0);
        write_device(at(LINE_CONTROL), LINE_8N1_FIFO);
        write_device(at(CONTROL), WANTED);
    }
}

} // namespace

/// The device tree can be read already, so that no refusal is silent.
bool start_port() {
    const auto header = physical_bytes({boot_description, TREE_HEADER_BYTES});
    const DeviceTree tree(physical_bytes({boot_description, tree_size_bytes(header)}));
    const TreeNode console = console_of(tree);
    const u64 physical = console.registers(0).base;
    if (!console.is_compatible("arm,pl011") || physical == 0) {
        return false;
    }
    port.store(show_console(physical), std::memory_order_relaxed);
    set_up();
    return true;
}

bool find_port(const Firmware&) {
    return port.load(std::memory_order_relaxed) != 0;
}

bool port_takes_byte() {
    return (read_device(at(FLAGS)) & FLAG_TRANSMIT_FULL) == 0;
}

bool port_is_idle() {
    return (read_device(at(FLAGS)) & FLAG_BUSY) == 0;
}

void write_port_byte(u8 byte) {
    write_device(at(DATA), byte);
}

int read_port_byte() {
    const bool is_empty = (read_device(at(FLAGS)) & FLAG_RECEIVE_EMPTY) != 0;
    return is_empty ? -1 : static_cast<int>(read_device(at(DATA)) & 0xFF);
}

} // namespace knhk::bare
