// SPDX-License-Identifier: MIT
// Which beat it is. A clock hands out each beat once: `next` returns the beat that is to be run
// now, so the first is beat 0, slot 0, a pulse; `current` is the one that comes after all handed
// out.
#pragma once

#include "base/sync.hpp"
#include "base/types.hpp"

namespace knhk {

inline constexpr u32 BEAT_SLOTS = CHATMAN;

/// Of one core, or of whoever alone writes it. Zero memory is a clock before its first beat.
class BeatClock {
  public:
    constexpr BeatClock() = default;
    constexpr explicit BeatClock(Beat first) : cycle_(first.raw) {}

    /// The beat to be run now. What is admitted for it or stamped with it uses this value.
    constexpr Beat next() { return Beat{cycle_++}; }
    /// Like `next`, for who wants the beat that is current from now on.
    constexpr Beat advance() { return Beat{++cycle_}; }
    [[nodiscard]] constexpr Beat current() const { return Beat{cycle_}; }

  private:
    u64 cycle_ = 0;
};
static_assert(sizeof(BeatClock) == 8);

/// The same for several threads: each beat goes to one of them. All orders are relaxed because the
/// number is all that is passed on: what belongs to a beat is handed over by the rings.
template<class Atomics = NativeAtomics>
class SharedBeatClock {
  public:
    void reset(Beat first) { cycle_.store(first.raw, std::memory_order_relaxed); }
    Beat next() { return Beat{cycle_.fetch_add(1, std::memory_order_relaxed)}; }
    Beat advance() { return Beat{next().raw + 1}; }
    [[nodiscard]] Beat current() const { return Beat{cycle_.load(std::memory_order_relaxed)}; }

  private:
    typename Atomics::template Atomic<u64> cycle_{};
};

/// 1 in slot 0, else 0: the sign of slot - 1, so without a branch whatever a compiler makes of it.
[[nodiscard]] constexpr u64 pulse_bit(Beat beat) {
    return (u64{beat.slot()} - 1) >> 63;
}

consteval bool slots_and_pulses_hold() {
    for (u64 cycle = 0; cycle < u64{4} * BEAT_SLOTS; ++cycle) {
        const Beat beat{cycle};
        const bool pulse = cycle == 0 || cycle == 8 || cycle == 16 || cycle == 24;
        if (beat.slot() != (cycle & 7) || beat.pulse() != pulse ||
            (pulse_bit(beat) == 1) != pulse) {
            return false;
        }
    }
    return Beat{~u64{0}}.slot() == 7 && pulse_bit(Beat{~u64{0}}) == 0;
}
static_assert(slots_and_pulses_hold());

} // namespace knhk
