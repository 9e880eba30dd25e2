// SPDX-License-Identifier: MIT
#include "kernel/beat_limit.hpp"

namespace knhk {

namespace {

/// So many looks are a limit, as far as the period's own bounds allow.
constexpr u32 LOOKS_WANTED = 20;
constexpr u32 PERIOD_MS_MIN = 5;
constexpr u32 PERIOD_MS_MAX = 100;

constexpr u32 period_for(u32 limit_ms) {
    const u32 period = limit_ms / LOOKS_WANTED;
    return period < PERIOD_MS_MIN ? PERIOD_MS_MIN : period > PERIOD_MS_MAX ? PERIOD_MS_MAX : period;
}

void append_seconds(TextLine& line, u32 milliseconds) {
    line.number(milliseconds / 1000);
    u32 rest = milliseconds % 1000;
    for (u32 place = 100; rest != 0; place /= 10) {
        line.text(place == 100 ? "." : "").number(rest / place);
        rest %= place;
    }
    line.text(" s");
}

} // namespace

BeatWatch::BeatWatch(u32 limit_ms)
    : limit_ms_(limit_ms), period_ms_(period_for(limit_ms)),
      looks_max_((limit_ms + period_ms_ - 1) / period_ms_) {}

bool BeatWatch::look(u64 beat, bool counts) {
    if (beat != beat_) {
        beat_ = beat;
        looks_ = 0;
        return false;
    }
    looks_ += counts ? 1 : 0;
    return looks_ > looks_max_;
}

TextLine late_task_line(const Scheduler::Place& place, u32 limit_ms, const HandlerFacts& handler) {
    TextLine line;
    line.text("beat limit: beat ").number(place.beat).text(" on core ").number(place.core);
    line.text(" for more than ");
    append_seconds(line, limit_ms);
    line.text(": task ").number(place.task_id).text(", handler ").number(place.handler);
    line.text(" (").text(handler.name).text(") at 0x").hex(handler.address);
    return line;
}

TextLine late_beat_line(u64 beat, u32 limit_ms) {
    TextLine line;
    line.text("beat limit: beat ").number(beat).text(" for more than ");
    append_seconds(line, limit_ms);
    line.text(": no worker is in a task");
    return line;
}

} // namespace knhk
