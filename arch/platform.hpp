// SPDX-License-Identifier: MIT
// The platform interface: everything that the runtime asks of a machine. A bare machine implements
// it inside the image (arch/<machine>/), Linux in the loader (arch/linux/); only kernel/ calls it.
#pragma once

#include "base/types.hpp"

namespace knhk {

/// A fault as a machine saw it; the kernel prints it in one form everywhere.
struct FaultReport {
    struct Register {
        const char* name;
        u64 value;
    };
    static constexpr u32 REGISTERS_MAX = 40;

    const char* what; ///< "page fault", "SIGSEGV"
    u64 vector;       ///< vector or signal number
    u64 code;         ///< error code of the machine, 0 if it has none
    u64 address;      ///< the faulting address, 0 if there is none
    u64 pc;
    u32 hart;
    u32 register_count;
    Register registers[REGISTERS_MAX];
};

using FaultHandler = void (*)(const FaultReport& report);

/// Function pointers, because one image meets several platforms. All of them may be called from any
/// worker; none allocates.
struct Platform {
    static constexpr u32 VERSION = 2;

    u32 version;    ///< VERSION of whoever filled it
    u32 hart_count; ///< harts that can run workers, the first one included

    /// The hart this is called on: 0 is the one that booted. Above every hart's number on a thread
    /// of the platform that is none.
    u32 (*current_hart)();
    /// Makes hart `hart` call knhk_enter(boot_info, hart). Called once for each of 1..hart_count-1.
    void (*start_hart)(u32 hart);
    /// One turn of a polling loop: tells the processor that this hart only waits.
    void (*pause)();
    /// Sleeps while `*word == expected`; may return at any time, never misses a wake.
    void (*wait)(const u32* word, u32 expected);
    /// Wakes every hart that sleeps on `word`. The caller changed the word before.
    void (*wake)(const u32* word);
    /// Gives way for a moment to whoever shares the hardware (the reader of the log drain).
    void (*relax)();
    /// Free-running hardware time: for telemetry and how many workers take part in a beat.
    u64 (*cycles)();
    void (*console)(const char* text, u64 size_bytes);
    /// An operator asks the run to end at the next beat's edge.
    bool (*stop_requested)();
    /// From here on faults are described to `handler`, and the machine then exits with RunFailed.
    void (*on_fault)(FaultHandler handler);
    /// From here on `look` is called every so many milliseconds, seldom later and never sooner,
    /// whatever the harts are doing: it may interrupt the calling hart anywhere. 0 milliseconds end
    /// that. False when the machine cannot do it. Hart 0 alone calls this.
    bool (*watch)(u32 milliseconds, void (*look)());
    /// Ends the machine or the process, from any hart and in any state.
    [[gnu::noreturn]] void (*exit)(u32 status);
};

} // namespace knhk
