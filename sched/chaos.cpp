// SPDX-License-Identifier: MIT
#include "sched/chaos.hpp"

#include "sched/host.hpp"

namespace knhk {

namespace {

// Most points pass undisturbed, or a run with chaos would test waiting and nothing else.
constexpr u64 CHANCES = 64;
constexpr u64 DELAYS = 12;
constexpr u64 YIELDS = 3;
constexpr u64 STALLS = 1;

constexpr u64 DELAY_PAUSES_MAX = 64;
constexpr u64 STALL_YIELDS_MAX = 32;

// A yield may be a sleep, and a run of many small beats has millions of points: after so many
// yields they are half as frequent, after twice as many a third.
constexpr u64 YIELDS_UNTIL_RARER = 256;

} // namespace

Chaos::Chaos(u64 seed, u32 worker, const Host& host) : host_(&host) {
    if (seed != 0) {
        // Odd multipliers: different workers never get the state of each other, nor 0.
        state_ = (seed * 0x9E37'79B9'7F4A'7C15 + worker * 0xA24B'AED4'963E'E407) | 1;
    }
}

/// Xorshift: never 0 again once it is not.
u64 Chaos::draw() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
}

void Chaos::act() {
    const u64 choice = draw() % CHANCES;
    const u64 amount = draw();
    if (choice < DELAYS) {
        for (u64 i = 0; i < amount % DELAY_PAUSES_MAX; ++i) {
            host_->pause();
        }
    } else if (choice < DELAYS + YIELDS) {
        yield(1);
    } else if (choice < DELAYS + YIELDS + STALLS) {
        yield(amount % STALL_YIELDS_MAX);
    }
}

void Chaos::yield(u64 times) {
    if (draw() % (1 + yields_ / YIELDS_UNTIL_RARER) != 0) {
        return;
    }
    for (u64 i = 0; i < times; ++i) {
        host_->relax();
    }
    yields_ += times;
}

} // namespace knhk
