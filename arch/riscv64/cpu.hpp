// SPDX-License-Identifier: MIT
// The instructions that C++ has no words for, one inline function each; calls of the machine
// monitor below (SBI); and the devices that these files drive.
#pragma once

#include <atomic>

#include "arch/bare/machine.hpp"

namespace knhk::bare {

inline u64 read_time() {
    u64 value;
    asm volatile("rdtime %0" : "=r"(value));
    return value;
}

/// Counts of read_time are so many bits short of what read_cycles gives.
void set_timebase(u64 hertz);
/// How fast read_time counts; 0: the firmware did not say.
[[nodiscard]] u64 timebase();

/// What the firmware says that the processor has, for announce_processor; valid while boot code
/// runs. And BootInfo::instruction_sets.
void set_processor(std::string_view extensions, u64 instruction_sets);

inline u64 read_satp() {
    u64 value;
    asm volatile("csrr %0, satp" : "=r"(value));
    return value;
}

inline void write_satp(u64 value) {
    asm volatile("sfence.vma; csrw satp, %0; sfence.vma" : : "r"(value) : "memory");
}

inline void write_trap_vector(u64 address) {
    asm volatile("csrw stvec, %0" : : "r"(address) : "memory");
}

inline void write_scratch(const void* value) {
    asm volatile("csrw sscratch, %0" : : "r"(value) : "memory");
}

inline void set_status(u64 bits) {
    asm volatile("csrs sstatus, %0" : : "r"(bits) : "memory");
}

inline void allow_interrupts(u64 bits) {
    asm volatile("csrs sie, %0" : : "r"(bits) : "memory");
}

inline void forbid_interrupts(u64 bits) {
    asm volatile("csrc sie, %0" : : "r"(bits) : "memory");
}

/// The compiler leaves this register alone, so it says which hart this is.
inline u32 read_hart_register() {
    u64 value;
    asm volatile("mv %0, tp" : "=r"(value));
    return static_cast<u32>(value);
}

inline void write_hart_register(u32 hart) {
    asm volatile("mv tp, %0" : : "r"(u64{hart}) : "memory");
}

struct MonitorResult {
    std::int64_t error; ///< below 0: it did not do it
    u64 value;
};

enum class MonitorExtension : u64 {
    LEGACY_PUTCHAR = KNHK_SBI_LEGACY_PUTCHAR,
    LEGACY_GETCHAR = 2,
    BASE = 0x10,
    TIME = 0x54494D45,
    INTERRUPT = 0x735049,
    HARTS = 0x48534D,
    RESET = 0x53525354,
    CONSOLE = 0x4442434E,
};

/// Function `function` of `extension`. The monitor may change what the registers name, and memory.
inline MonitorResult call_monitor(MonitorExtension extension, u64 function, u64 first = 0,
                                  u64 second = 0, u64 third = 0) {
    register u64 a0 asm("a0") = first;
    register u64 a1 asm("a1") = second;
    register u64 a2 asm("a2") = third;
    register u64 a6 asm("a6") = function;
    register u64 a7 asm("a7") = static_cast<u64>(extension);
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return {static_cast<std::int64_t>(a0), a1};
}

[[nodiscard]] bool monitor_has(MonitorExtension extension);

/// Registers of a device: boot code reaches them where physical memory is shown, everybody later in
/// a window of the final tables.
class Device {
  public:
    explicit constexpr Device(u64 window) : window_(window) {}

    [[nodiscard]] bool is_there() const { return address_.load(std::memory_order_relaxed) != 0; }
    /// `registers`, which boot code can see, are its own from now on.
    void find(PhysicalSpan registers) {
        physical_ = registers.base;
        go_to(reinterpret_cast<u64>(physical_pointer(registers.base)));
    }
    /// The final tables are loaded.
    void move() {
        if (is_there()) {
            go_to(window_ + physical_ % PAGE_BYTES);
        }
    }
    /// Two pages: registers that begin in the first may end in the second.
    [[nodiscard]] DeviceWindow window() const {
        return {window_, {physical_ / PAGE_BYTES * PAGE_BYTES, 2 * PAGE_BYTES}};
    }
    template<class Word>
    [[nodiscard]] volatile Word* at(u64 offset) const {
        return reinterpret_cast<volatile Word*>(address_.load(std::memory_order_relaxed) + offset);
    }

  private:
    // Relaxed: changed at boot alone; harts that are started later read it.
    void go_to(u64 address) { address_.store(address, std::memory_order_relaxed); }

    u64 window_;
    u64 physical_ = 0;
    std::atomic<u64> address_{0};
};

/// console.cpp: the port, where it is a device.
extern Device uart;
/// exit.cpp: what ends the emulator with a status.
extern Device finisher;
void find_finisher(const Firmware& firmware);

} // namespace knhk::bare
