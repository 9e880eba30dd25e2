// SPDX-License-Identifier: MIT
// How many virtual ticks a task may use and has used. Plain arithmetic: no clock is read.
#pragma once

#include "base/types.hpp"

namespace knhk {

class TickBudget {
  public:
    constexpr explicit TickBudget(Tick limit) : limit_(limit) {}
    /// The budget of a hot task that asks for no less.
    [[nodiscard]] static constexpr TickBudget chatman() { return TickBudget(Tick{CHATMAN}); }

    /// Adds `cost`, which stops at 2^32 - 1, and returns whether the budget still holds. Once it
    /// does not, nothing more is added: what a task was over by is its first operation too many.
    [[nodiscard]] constexpr bool charge(Tick cost) {
        const u64 sum = u64{used_} + cost.raw;
        if (sum <= limit_.raw) [[likely]] {
            used_ = static_cast<u32>(sum);
            return true;
        }
        if (!exceeded()) {
            used_ = static_cast<u32>(sum < TICKS_MAX ? sum : TICKS_MAX);
        }
        return !exceeded();
    }

    /// Over budget: an error. Using exactly the limit is not.
    [[nodiscard]] constexpr bool exceeded() const { return used_ > limit_.raw; }
    /// Nothing is left: whatever costs something goes over. No error by itself.
    [[nodiscard]] constexpr bool empty() const { return used_ >= limit_.raw; }
    /// Zero when over budget.
    [[nodiscard]] constexpr Tick remaining() const {
        return empty() ? Tick{0} : Tick{limit_.raw - used_};
    }
    [[nodiscard]] constexpr Tick used() const { return Tick{used_}; }
    [[nodiscard]] constexpr Tick limit() const { return limit_; }
    constexpr void reset() { used_ = 0; }

  private:
    static constexpr u64 TICKS_MAX = ~u32{0};

    Tick limit_;
    u32 used_ = 0; ///< with the limit one word, which is set in one store
};

} // namespace knhk
