// SPDX-License-Identifier: MIT
// Beats, for C: a clock that any number of threads share.
#include <new>

#include "beat/beat_clock.hpp"
#include "capi/checks.hpp"

namespace {

using namespace knhk;
using capi::check;
using capi::first_error;

using Clock = SharedBeatClock<>;
static_assert(sizeof(knhk_beat_t) == sizeof(Clock) && alignof(knhk_beat_t) == alignof(Clock));

Clock& clock_in(const knhk_beat_t* beat) {
    return *reinterpret_cast<Clock*>(const_cast<knhk_beat_t*>(beat));
}

} // namespace

int knhk_beat_init(knhk_beat_t* beat, uint64_t first) {
    const int code = check(beat);
    if (code == KNHK_OK) {
        (new (beat) Clock)->reset(Beat{first});
    }
    return code;
}

int knhk_beat_next(knhk_beat_t* beat, uint64_t* cycle) {
    const int code = first_error(check(beat), check(cycle));
    if (code == KNHK_OK) {
        *cycle = clock_in(beat).next().raw;
    }
    return code;
}

int knhk_beat_current(const knhk_beat_t* beat, uint64_t* cycle) {
    const int code = first_error(check(beat), check(cycle));
    if (code == KNHK_OK) {
        *cycle = clock_in(beat).current().raw;
    }
    return code;
}

uint64_t knhk_beat_tick(uint64_t cycle) {
    return Beat{cycle}.slot();
}

uint64_t knhk_beat_pulse(uint64_t cycle) {
    return pulse_bit(Beat{cycle});
}
