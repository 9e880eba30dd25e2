// SPDX-License-Identifier: MIT
// A core's Lamport clock. One owner at a time; others learn its value at the barrier. Zero memory
// is a clock at time 0.
#pragma once

#include <type_traits>

#include "base/check.hpp"
#include "sched/causality.hpp"
#include "sched/limits.hpp"

namespace knhk {

/// Never goes back. Reaching the end of logical time ends the run: a clock that stood still or
/// wrapped around would make two events of one time.
class LogicalClock {
  public:
    LogicalClock() = default;
    constexpr explicit LogicalClock(Timestamp start) { set(start); }

    [[nodiscard]] constexpr Timestamp now() const { return now_; }

    /// Rule 1: something happens here. Returns its timestamp.
    constexpr Timestamp tick() {
        set(Timestamp{now_.raw + 1}); // is below the end: no need to stop there
        return now_;
    }
    /// Rule 2: something arrives that was sent at `remote`. Returns the arrival's timestamp.
    constexpr Timestamp receive(Timestamp remote) {
        set(next(later_of(now_, remote)));
        return now_;
    }
    /// To `target`, unless the clock is there already or later.
    constexpr void fast_forward(Timestamp target) { set(later_of(now_, target)); }

  private:
    constexpr void set(Timestamp timestamp) {
        KNHK_CHECK(timestamp.raw < TIMESTAMP_END, timestamp.raw);
        now_ = timestamp;
    }

    Timestamp now_{0};
};

static_assert(sizeof(LogicalClock) == 8 && std::is_trivially_copyable_v<LogicalClock>);

} // namespace knhk
