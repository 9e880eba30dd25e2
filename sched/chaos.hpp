// SPDX-License-Identifier: MIT
// Seeded disturbance: delays, yields and stalls at the points where workers meet or leave something
// for each other, and how many take part. It may change who comes first, and no byte of a log.
#pragma once

#include "base/types.hpp"

namespace knhk {

struct Host;

/// One worker's. Seed 0 disturbs nothing.
class Chaos {
  public:
    Chaos() = default;
    Chaos(u64 seed, u32 worker, const Host& host);

    void disturb() {
        if (state_ != 0) [[unlikely]] {
            act();
        }
    }

    [[nodiscard]] bool is_on() const { return state_ != 0; }
    /// One of 0..count-1, if it is on.
    [[nodiscard]] u32 choose(u32 count) { return static_cast<u32>(draw() % count); }

  private:
    void act();
    void yield(u64 times);
    [[nodiscard]] u64 draw();

    u64 state_ = 0;
    u64 yields_ = 0;
    const Host* host_ = nullptr;
};

} // namespace knhk
