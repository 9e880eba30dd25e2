// SPDX-License-Identifier: MIT
// The timer of the local APIC, measured once.
#include "arch/bare/acpi.hpp"
#include "arch/bare/watch.hpp"
#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/interrupts.hpp"
#include "base/bytes.hpp"

namespace knhk::bare {
namespace {

// How fast a local APIC counts differs from machine to machine and is written nowhere that all of
// them have, so it is measured. Against ACPI's power management timer: every PC has had it for
// decades, at one frequency, and it only has to be read. The PIT would have to be programmed, and
// newer machines switch it off. Where ACPI names no such timer (microvm), nothing is watched.
constexpr u32 REFERENCE_HZ = 3'579'545;
constexpr u32 REFERENCE_MASK = 0xFF'FFFF; // 24 bits are always there: 4.7 seconds
constexpr u32 WINDOW = REFERENCE_HZ / 50; // 20 ms
/// Reading a port takes about a microsecond on hardware, so a timer that stands still is given up
/// after some seconds.
constexpr u32 WINDOW_POLLS_MAX = 4'000'000;
constexpr u32 SAMPLE_TRIES = 8;
constexpr u32 COUNT_MAX = ~u32{0};

constexpr std::string_view FADT_SIGNATURE = "FACP";
// In the FADT. Its bytes reach to the second field in every version.
constexpr std::size_t FADT_TIMER_PORT = 76;
constexpr std::size_t FADT_TIMER_PORT_BYTES = 91;
constexpr u32 TIMER_PORT_BYTES = 4;
constexpr u32 PORT_MAX = 0xFFFF;

/// 0: ACPI names none.
constinit u16 reference_port = 0;

u32 read_reference() {
    return read_port_32(reference_port) & REFERENCE_MASK;
}

u32 reference_since(u32 start) {
    return (read_reference() - start) & REFERENCE_MASK;
}

/// Both timers at one moment.
struct Sample {
    u32 reference;
    u32 count;
};

/// The tightest of several: between two reads a virtual processor may have waited for its turn.
Sample take_sample() {
    Sample tightest{};
    u32 spread_min = ~u32{0};
    for (u32 i = 0; i < SAMPLE_TRIES; ++i) {
        const u32 reference = read_reference();
        const u32 count = timer_count();
        const u32 spread = reference_since(reference);
        if (spread < spread_min) {
            spread_min = spread;
            tightest = {reference, count};
        }
    }
    return tightest;
}

/// False when the reference does not move.
bool pass_window(u32 start) {
    for (u32 i = 0; i < WINDOW_POLLS_MAX; ++i) {
        if (reference_since(start) >= WINDOW) {
            return true;
        }
        pause();
    }
    return false;
}

/// What the local APIC's timer counts in a millisecond; 0 when that cannot be measured.
u64 measure_counts_per_millisecond() {
    start_timer(COUNT_MAX, false);
    const Sample start = take_sample();
    const bool passed = pass_window(start.reference);
    const Sample end = take_sample();
    stop_timer();
    const u64 elapsed = (end.reference - start.reference) & REFERENCE_MASK;
    if (!passed || elapsed == 0) {
        return 0;
    }
    return u64{start.count - end.count} * REFERENCE_HZ / (elapsed * 1000);
}

} // namespace

void find_timer(const Firmware& firmware) {
    const auto fadt = find_table(firmware, FADT_SIGNATURE);
    if (fadt.size() <= FADT_TIMER_PORT_BYTES ||
        std::to_integer<u32>(fadt[FADT_TIMER_PORT_BYTES]) != TIMER_PORT_BYTES) {
        return;
    }
    const u32 port = load_le<u32>(&fadt[FADT_TIMER_PORT]);
    reference_port = port <= PORT_MAX ? static_cast<u16>(port) : u16{0};
}

bool start_timer_interrupts(u32 milliseconds) {
    const u64 count = reference_port == 0 ? 0 : measure_counts_per_millisecond() * milliseconds;
    if (count == 0 || count > COUNT_MAX) {
        return false;
    }
    start_timer(static_cast<u32>(count), true);
    return true;
}

void stop_timer_interrupts() {
    stop_timer();
}

} // namespace knhk::bare

/// From vectors.S, on the hart's fault stack, interrupts off.
extern "C" void watch_entry() {
    knhk::bare::end_interrupt();
    knhk::bare::watch_is_due();
}
