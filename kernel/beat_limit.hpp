// SPDX-License-Identifier: MIT
// How long a beat may take when an operator sets a limit: how the limit is written, when it is
// over, and what is said then. It is no rule of the contract and makes no event; kernel/watch.cpp
// connects it to a machine.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sched/scheduler.hpp"

namespace knhk {

inline constexpr u32 BEAT_LIMIT_MS_MIN = 100;
inline constexpr u32 BEAT_LIMIT_MS_MAX = 86'400'000;

/// Seconds, decimal, with up to three places behind the point, as milliseconds.
constexpr Result<u32> parse_beat_limit(std::string_view text) {
    constexpr u32 PLACES = 3;
    u64 value = 0;
    u32 places = 0;
    bool has_point = false;
    bool has_digit = false; // since the beginning, or since the point
    for (const char c : text) {
        if (c == '.' && has_digit && !has_point) {
            has_point = true;
            has_digit = false;
            continue;
        }
        if (c < '0' || c > '9' || places == PLACES) {
            return fail(Error::BadNumber);
        }
        value = value * 10 + static_cast<u64>(c - '0');
        if (value > BEAT_LIMIT_MS_MAX) {
            return fail(Error::OutOfRange);
        }
        places += has_point ? 1 : 0;
        has_digit = true;
    }
    for (; places < PLACES; ++places) {
        value *= 10;
    }
    if (!has_digit) {
        return fail(Error::BadNumber);
    }
    if (value < BEAT_LIMIT_MS_MIN || value > BEAT_LIMIT_MS_MAX) {
        return fail(Error::OutOfRange);
    }
    return static_cast<u32>(value);
}

/// Counts looks at a run. They come at a known period or later, so counting them needs no clock,
/// and a process or a machine that was stopped for a while is not blamed for that time.
class BeatWatch {
  public:
    BeatWatch() = default;
    explicit BeatWatch(u32 limit_ms);

    [[nodiscard]] u32 limit_ms() const { return limit_ms_; }
    /// How often to look.
    [[nodiscard]] u32 period_ms() const { return period_ms_; }
    /// One look, which found the run in `beat`; `counts` unless the run itself waits for somebody.
    /// True when the beat has been found for longer than the limit.
    [[nodiscard]] bool look(u64 beat, bool counts);

  private:
    u32 limit_ms_ = 0;
    u32 period_ms_ = 0;
    u32 looks_max_ = 0;
    u32 looks_ = 0; ///< that counted, since the first one that found beat_
    u64 beat_ = ~u64{0};
};

/// A handler as the reader of a report knows it.
struct HandlerFacts {
    std::string_view name; ///< "?" when the id is nobody's
    u64 address;
};

/// "beat limit: beat 17 on core 3 for more than 2 s: task 4711, handler 256 (name) at 0x40012345"
[[nodiscard]] TextLine late_task_line(const Scheduler::Place& place, u32 limit_ms,
                                      const HandlerFacts& handler);
/// "beat limit: beat 17 for more than 2 s: no worker is in a task"
[[nodiscard]] TextLine late_beat_line(u64 beat, u32 limit_ms);

} // namespace knhk
