// SPDX-License-Identifier: MIT
#include "arch/bare/console.hpp"

#include <atomic>

#include "arch/bare/machine.hpp"

namespace knhk::bare {
namespace {

constexpr int CTRL_C = 0x03;

/// A byte takes 87 microseconds, but a reader at the other end of an emulated port may stop for
/// longer, and what it misses would be missing from a log.
constexpr u64 STUCK_SECONDS = 4;
/// Reading a port leaves the virtual machine, so a caller that asks at every beat does not each
/// time.
constexpr u64 INPUT_POLLS_PER_SECOND = 1024;

constinit std::atomic<bool> present{false};
constinit std::atomic<u32> lock_owner{0}; // hart + 1, or 0
constinit std::atomic<bool> stop_seen{false};
constinit std::atomic<u64> input_polled_at{0};

u64 stuck_cycles() {
    return STUCK_SECONDS * cycles_per_second_max();
}

bool wait_for(bool (*condition)()) {
    const u64 start = read_cycles();
    while (!condition()) {
        if (read_cycles() - start > stuck_cycles()) {
            return false;
        }
        pause();
    }
    return true;
}

/// Holds the console for one call's text, or goes ahead without when it is stuck: a hart that
/// faults while it writes must be able to say so.
class ConsoleLock {
  public:
    ConsoleLock() : self_(current_hart() + 1) {
        if (lock_owner.load(std::memory_order_relaxed) == self_) {
            return;
        }
        const u64 start = read_cycles();
        while (!(held_ = try_lock()) && read_cycles() - start < stuck_cycles()) {
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
    if (!wait_for(port_takes_byte)) {
        present.store(false, std::memory_order_relaxed); // do not wait that long for each byte
        return;
    }
    write_port_byte(static_cast<u8>(byte));
}

} // namespace

void start_console() {
    present.store(start_port(), std::memory_order_relaxed);
}

void find_console(const Firmware& firmware) {
    if (find_port(firmware)) {
        present.store(true, std::memory_order_relaxed);
    }
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
        static_cast<void>(wait_for(port_is_idle));
    }
}

bool console_stop_requested() {
    // Relaxed throughout: the answer is a wish, it orders nothing.
    if (stop_seen.load(std::memory_order_relaxed)) {
        return true;
    }
    const u64 now = read_cycles();
    const u64 since = now - input_polled_at.load(std::memory_order_relaxed);
    if (since < cycles_per_second_max() / INPUT_POLLS_PER_SECOND ||
        !present.load(std::memory_order_relaxed)) {
        return false;
    }
    input_polled_at.store(now, std::memory_order_relaxed);
    for (int byte = read_port_byte(); byte >= 0; byte = read_port_byte()) {
        if (byte == CTRL_C) {
            stop_seen.store(true, std::memory_order_relaxed);
            return true;
        }
    }
    return false;
}

} // namespace knhk::bare
