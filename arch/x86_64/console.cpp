// SPDX-License-Identifier: MIT
// The port: a 16550 at the address that every PC gives it, or where ACPI's table of the console
// (SPCR) says that it is.
#include <atomic>

#include "arch/bare/acpi.hpp"
#include "arch/x86_64/cpu.hpp"
#include "base/bytes.hpp"

namespace knhk::bare {
namespace {

// Registers, from the port's first on.
constexpr u16 DATA = 0;
constexpr u16 DIVISOR_LOW = 0;
constexpr u16 DIVISOR_HIGH = 1;
constexpr u16 INTERRUPTS = 1;
constexpr u16 FIFO = 2;
constexpr u16 LINE_CONTROL = 3;
constexpr u16 MODEM_CONTROL = 4;
constexpr u16 LINE_STATUS = 5;
constexpr u16 SCRATCH = 7;

constexpr u8 LINE_DIVISOR_ACCESS = 0x80;
constexpr u8 LINE_8N1 = 0x03;
constexpr u8 DIVISOR_115200 = 1;
constexpr u8 FIFO_ENABLE_AND_CLEAR = 0x07;
constexpr u8 MODEM_DTR_RTS = 0x03;
constexpr u8 STATUS_DATA_READY = 0x01;
constexpr u8 STATUS_TRANSMIT_READY = 0x20;
constexpr u8 STATUS_TRANSMIT_IDLE = 0x40;
constexpr u8 PROBE = 0x5A;

// In the SPCR: what is at the other end, and its address in ACPI's generic form.
constexpr std::string_view SPCR_SIGNATURE = "SPCR";
constexpr std::size_t SPCR_INTERFACE = 36;
constexpr std::size_t SPCR_ADDRESS_SPACE = 40;
constexpr std::size_t SPCR_ADDRESS = 44;
constexpr std::size_t SPCR_BYTES = 52;
constexpr u8 INTERFACE_16550 = 0;
constexpr u8 INTERFACE_16550_GENERIC = 18;
constexpr u8 ADDRESS_SPACE_PORTS = 1;
constexpr u64 FIRST_PORT_MAX = 0xFFF8;

/// Changed once, at boot; harts that are started later read it.
constinit std::atomic<u16> first_port{KNHK_CONSOLE_PORT};

u16 port(u16 name) {
    return static_cast<u16>(first_port.load(std::memory_order_relaxed) + name);
}

u8 line_status() {
    return read_port(port(LINE_STATUS));
}

/// False when nothing answers there.
bool set_up(u16 first) {
    const auto at = [first](u16 name) { return static_cast<u16>(first + name); };
    write_port(at(SCRATCH), PROBE);
    if (read_port(at(SCRATCH)) != PROBE) {
        return false;
    }
    write_port(at(INTERRUPTS), 0);
    write_port(at(LINE_CONTROL), LINE_DIVISOR_ACCESS);
    write_port(at(DIVISOR_LOW), DIVISOR_115200);
    write_port(at(DIVISOR_HIGH), 0);
    write_port(at(LINE_CONTROL), LINE_8N1);
    write_port(at(FIFO), FIFO_ENABLE_AND_CLEAR);
    write_port(at(MODEM_CONTROL), MODEM_DTR_RTS);
    first_port.store(first, std::memory_order_relaxed);
    return true;
}

/// 0 when there is no SPCR, or one of a port that is not driven here.
u16 described_port(const Firmware& firmware) {
    const auto spcr = find_table(firmware, SPCR_SIGNATURE);
    if (spcr.size() < SPCR_BYTES) {
        return 0;
    }
    const u8 interface = std::to_integer<u8>(spcr[SPCR_INTERFACE]);
    const u64 address = load_le<u64>(&spcr[SPCR_ADDRESS]);
    const bool is_driven = interface == INTERFACE_16550 || interface == INTERFACE_16550_GENERIC;
    const bool is_port = std::to_integer<u8>(spcr[SPCR_ADDRESS_SPACE]) == ADDRESS_SPACE_PORTS;
    return is_driven && is_port && address <= FIRST_PORT_MAX ? static_cast<u16>(address) : u16{0};
}

} // namespace

bool start_port() {
    return set_up(KNHK_CONSOLE_PORT);
}

bool find_port(const Firmware& firmware) {
    const u16 described = described_port(firmware);
    // Setting up again what is in use would cut off what it still has to send.
    return described != 0 && described != port(0) && set_up(described);
}

bool port_takes_byte() {
    return (line_status() & STATUS_TRANSMIT_READY) != 0;
}

bool port_is_idle() {
    return (line_status() & STATUS_TRANSMIT_IDLE) != 0;
}

void write_port_byte(u8 byte) {
    write_port(port(DATA), byte);
}

int read_port_byte() {
    return (line_status() & STATUS_DATA_READY) != 0 ? read_port(port(DATA)) : -1;
}

} // namespace knhk::bare
