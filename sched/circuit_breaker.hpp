// SPDX-License-Identifier: MIT
// A circuit breaker as a function of beats: what it lets through, and what a result makes of it
// (docs/patterns.md). Plain data; zero is closed and without a failure.
#pragma once

#include "base/types.hpp"

namespace knhk {

enum class BreakerState : u8 { Closed = 0, Open = 1, HalfOpen = 2 };

struct BreakerLimits {
    u8 failures;  ///< one after the other, that open it
    u8 successes; ///< trials one after the other, that close it again
    u32 beats;    ///< more than these have to pass until there is a trial
};

struct CircuitBreaker {
    BreakerState state = BreakerState::Closed;
    u8 count = 0;  ///< failures of a closed one, successes of one that is half-open
    u64 since = 0; ///< the beat in which it opened, or of the last trial

    /// Whether a task may try in this beat: of a breaker that is not closed, one a beat.
    [[nodiscard]] constexpr bool lets_through(u64 beat, const BreakerLimits& limits) const {
        switch (state) {
        case BreakerState::Open:
            return beat - since > limits.beats;
        case BreakerState::HalfOpen:
            return beat != since;
        case BreakerState::Closed:
            break;
        }
        return true;
    }

    /// What it is after a task that it let through.
    [[nodiscard]] constexpr CircuitBreaker after(bool success, u64 beat,
                                                 const BreakerLimits& limits) const {
        const u32 now = counts_on(success) ? count + 1u : 1u;
        if (success) {
            const bool closes = state == BreakerState::Closed || now >= limits.successes;
            return closes ? CircuitBreaker{}
                          : CircuitBreaker{BreakerState::HalfOpen, static_cast<u8>(now), beat};
        }
        const bool opens = state != BreakerState::Closed || now >= limits.failures;
        return opens ? CircuitBreaker{BreakerState::Open, 0, beat}
                     : CircuitBreaker{BreakerState::Closed, static_cast<u8>(now), 0};
    }

  private:
    /// Whether `count` is of what it would count now.
    [[nodiscard]] constexpr bool counts_on(bool success) const {
        return state == (success ? BreakerState::HalfOpen : BreakerState::Closed);
    }
};

} // namespace knhk
