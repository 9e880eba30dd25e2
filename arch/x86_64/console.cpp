// SPDX-License-Identifier: MIT
#include "arch/x86_64/console.hpp"

#include <atomic>

#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/descriptors.hpp"
#include "arch/x86_64/layout.h"

namespace knhk::x86 {
namespace {

constexpr u16 PORT_DATA = KNHK_CONSOLE_PORT;
constexpr u16 PORT_DIVISOR_LOW = KNHK_CONSOLE_PORT;
constexpr u16 PORT_DIVISOR_HIGH = KNHK_CONSOLE_PORT + 1;
constexpr u16 PORT_INTERRUPTS = KNHK_CONSOLE_PORT + 1;
constexpr u16 PORT_FIFO = KNHK_CONSOLE_PORT + 2;
constexpr u16 PORT_LINE_CONTROL = KNHK_CONSOLE_PORT + 3;
constexpr u16 PORT_MODEM_CONTROL = KNHK_CONSOLE_PORT + 4;
constexpr u16 PORT_LINE_STATUS = KNHK_CONSOLE_PORT + 5;
constexpr u16 PORT_SCRATCH = KNHK_CONSOLE_PORT + 7;

constexpr u8 LINE_DIVISOR_ACCESS = 0x80;
constexpr u8 LINE_8N1 = 0x03;
constexpr u8 DIVISOR_115200 = 1;
constexpr u8 FIFO_ENABLE_AND_CLEAR = 0x07;
constexpr u8 MODEM_DTR_RTS = 0x03;
constexpr u8 STATUS_DATA_READY = 0x01;
constexpr u8 STATUS_TRANSMIT_READY = 0x20;
constexpr u8 STATUS_TRANSMIT_IDLE = 0x40;
constexpr u8 CTRL_C = 0x03;

/// A few seconds on any processor. A byte takes 87 microseconds, but a reader at the other end of
/// an emulated port may stop for longer, and what it misses would be missing from a log.
constexpr u64 STUCK_CYCLES = u64{1} << 34;
/// Reading a port leaves the virtual machine, so a caller that asks at every beat does not each
/// time.
constexpr u64 INPUT_POLL_CYCLES = u64{1} << 22;

constinit std::atomic<bool> present{false};
constinit std::atomic<u32> lock_owner{0}; // hart + 1, or 0
constinit std::atomic<bool> stop_seen{false};
constinit std::atomic<u64> input_polled_at{0};

bool wait_for_status(u8 bit) {
    const u64 start = read_tsc();
    while ((read_port(PORT_LINE_STATUS) & bit) == 0) {
        if (read_tsc() - start > STUCK_CYCLES) {
            return false;
        }
        pause();
    }
    return true;
}

/// Holds the console for one call's text, or goes ahead without after STUCK_CYCLES: a hart that
/// faults while it writes must be able to say so.
class ConsoleLock {
  public:
    ConsoleLock() : self_(current_hart() + 1) {
        if (lock_owner.load(std::memory_order_relaxed) == self_) {
            return;
        }
        const u64 start = read_tsc();
        while (!(held_ = try_lock()) && read_tsc() - start < STUCK_CYCLES) {
            pause();
        }
    }
    ~ConsoleLock() {
        if (held_) {
            lock_owner.store(0, std::memory_order_release); // pairs with the acquire in try_lock
        }
    }
    ConsoleLock(const ConsoleLock&) = delete;
    ConsoleLock& operator=(const ConsoleLock&) = delete;

  private:
    bool try_lock() {
        u32 free = 0;
        return lock_owner.compare_exchange_strong(free, self_, std::memory_order_acquire,
                                                  std::memory_order_relaxed);
    }
    u32 self_;
    bool held_ = false;
};

void write_byte(char byte) {
    if (!present.load(std::memory_order_relaxed)) {
        return;
    }
    if (!wait_for_status(STATUS_TRANSMIT_READY)) {
        present.store(false, std::memory_order_relaxed); // do not wait that long for each byte
        return;
    }
    write_port(PORT_DATA, static_cast<u8>(byte));
}

} // namespace

void start_console() {
    static constexpr u8 PROBE = 0x5A;
    write_port(PORT_SCRATCH, PROBE);
    if (read_port(PORT_SCRATCH) != PROBE) {
        return;
    }
    write_port(PORT_INTERRUPTS, 0);
    write_port(PORT_LINE_CONTROL, LINE_DIVISOR_ACCESS);
    write_port(PORT_DIVISOR_LOW, DIVISOR_115200);
    write_port(PORT_DIVISOR_HIGH, 0);
    write_port(PORT_LINE_CONTROL, LINE_8N1);
    write_port(PORT_FIFO, FIFO_ENABLE_AND_CLEAR);
    write_port(PORT_MODEM_CONTROL, MODEM_DTR_RTS);
    present.store(true, std::memory_order_relaxed);
}

void write_console(const char* text, u64 size_bytes) {
    const ConsoleLock lock;
    for (u64 i = 0; i < size_bytes; ++i) {
        if (text[i] == '\n') {
            write_byte('\r');
        }
        write_byte(text[i]);
    }
}

void print(const TextLine& line) {
    TextLine whole = line;
    whole.text("\n");
    write_console(whole.view().data(), whole.view().size());
}

void flush_console() {
    if (present.load(std::memory_order_relaxed)) {
        static_cast<void>(wait_for_status(STATUS_TRANSMIT_IDLE));
    }
}

bool console_stop_requested() {
    // Relaxed throughout: the answer is a wish, it orders nothing.
    if (stop_seen.load(std::memory_order_relaxed)) {
        return true;
    }
    const u64 now = read_tsc();
    if (now - input_polled_at.load(std::memory_order_relaxed) < INPUT_POLL_CYCLES ||
        !present.load(std::memory_order_relaxed)) {
        return false;
    }
    input_polled_at.store(now, std::memory_order_relaxed);
    while ((read_port(PORT_LINE_STATUS) & STATUS_DATA_READY) != 0) {
        if (read_port(PORT_DATA) == CTRL_C) {
            stop_seen.store(true, std::memory_order_relaxed);
            return true;
        }
    }
    return false;
}

} // namespace knhk::x86
