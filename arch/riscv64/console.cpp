// SPDX-License-Identifier: MIT
// The port: the machine monitor's console, which is there from the first instruction on, and then
// the 16550 that the device tree names.
#include <atomic>

#include "arch/bare/machine_tree.hpp"
#include "arch/riscv64/cpu.hpp"

namespace knhk::bare {
namespace {

// Registers of a 16550, in units of its spacing.
constexpr u64 DATA = 0;
constexpr u64 INTERRUPTS = 1;
constexpr u64 LINE_STATUS = 5;

constexpr u8 STATUS_DATA_READY = 0x01;
constexpr u8 STATUS_TRANSMIT_READY = 0x20;
constexpr u8 STATUS_TRANSMIT_IDLE = 0x40;

// In the console extension.
constexpr u64 FUNCTION_READ = 1;
constexpr u64 FUNCTION_WRITE_BYTE = 2;

enum class Port : u8 { NONE, MONITOR, OLD_MONITOR, UART };

/// Changed at boot alone; harts that are started later read them.
constinit std::atomic<Port> port{Port::NONE};
constinit u32 register_shift = 0;
constinit bool has_wide_registers = false;

/// Where the monitor leaves a byte: it wants a physical address.
constinit volatile u8 typed_byte = 0;

u8 read_register(u64 name) {
    const u64 offset = name << register_shift;
    return has_wide_registers ? static_cast<u8>(*uart.at<u32>(offset)) : *uart.at<u8>(offset);
}

void write_register(u64 name, u8 value) {
    const u64 offset = name << register_shift;
    if (has_wide_registers) {
        *uart.at<u32>(offset) = value;
    } else {
        *uart.at<u8>(offset) = value;
    }
}

bool is_16550(const TreeNode& node) {
    return node.is_compatible("ns16550a") || node.is_compatible("ns16550") ||
           node.is_compatible("snps,dw-apb-uart");
}

int read_monitor_byte() {
    const u64 at = image_physical(reinterpret_cast<u64>(&typed_byte));
    const MonitorResult answer = call_monitor(MonitorExtension::CONSOLE, FUNCTION_READ, 1, at, 0);
    return answer.error == 0 && answer.value == 1 ? typed_byte : -1;
}

int read_old_monitor_byte() {
    const std::int64_t answer = call_monitor(MonitorExtension::LEGACY_GETCHAR, 0).error;
    return answer >= 0 && answer <= 0xFF ? static_cast<int>(answer) : -1;
}

} // namespace

constinit Device uart{KNHK_CONSOLE_BASE};

bool start_port() {
    if (monitor_has(MonitorExtension::CONSOLE)) {
        port.store(Port::MONITOR, std::memory_order_relaxed);
    } else if (monitor_has(MonitorExtension::LEGACY_PUTCHAR)) {
        port.store(Port::OLD_MONITOR, std::memory_order_relaxed);
    }
    return port.load(std::memory_order_relaxed) != Port::NONE;
}

/// Its speed is left as the firmware set it.
bool find_port(const Firmware& firmware) {
    const DeviceTree tree(firmware.device_tree);
    const TreeNode node = console_of(tree);
    const PhysicalSpan registers = node.registers(0);
    const u64 shift = node.property("reg-shift").number();
    constexpr u64 SHIFT_MAX = 4;
    if (!is_16550(node) || !is_visible(registers) || registers.base == 0 || shift > SHIFT_MAX) {
        return false;
    }
    register_shift = static_cast<u32>(shift);
    has_wide_registers = node.property("reg-io-width").number() == sizeof(u32);
    uart.find(registers);
    port.store(Port::UART, std::memory_order_relaxed);
    write_register(INTERRUPTS, 0);
    return true;
}

bool port_takes_byte() {
    return port.load(std::memory_order_relaxed) != Port::UART ||
           (read_register(LINE_STATUS) & STATUS_TRANSMIT_READY) != 0;
}

bool port_is_idle() {
    return port.load(std::memory_order_relaxed) != Port::UART ||
           (read_register(LINE_STATUS) & STATUS_TRANSMIT_IDLE) != 0;
}

void write_port_byte(u8 byte) {
    switch (port.load(std::memory_order_relaxed)) {
    case Port::NONE:
        break;
    case Port::MONITOR:
        static_cast<void>(call_monitor(MonitorExtension::CONSOLE, FUNCTION_WRITE_BYTE, byte));
        break;
    case Port::OLD_MONITOR:
        static_cast<void>(call_monitor(MonitorExtension::LEGACY_PUTCHAR, 0, byte));
        break;
    case Port::UART:
        write_register(DATA, byte);
        break;
    }
}

int read_port_byte() {
    switch (port.load(std::memory_order_relaxed)) {
    case Port::NONE:
        break;
    case Port::MONITOR:
        return read_monitor_byte();
    case Port::OLD_MONITOR:
        return read_old_monitor_byte();
    case Port::UART:
        return (read_register(LINE_STATUS) & STATUS_DATA_READY) != 0 ? read_register(DATA) : -1;
    }
    return -1;
}

} // namespace knhk::bare
