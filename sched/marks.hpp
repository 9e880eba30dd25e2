// SPDX-License-Identifier: MIT
// The marks that a core sets in others' mailboxes, for the next beat. Their lines are far away, and
// a store that waits for its line holds up all stores behind it; so they are kept until all of them
// can be asked for at once.
#pragma once

#include "base/types.hpp"

namespace knhk {

class Marks {
  public:
    /// A byte that shall be 1 when the beat is over.
    void add(u8& mark) {
        if (count_ == KEPT) {
            set_all();
        }
        kept_[count_++] = &mark;
    }
    /// Not inline: few marks are more than are kept.
    [[gnu::noinline]] void set_all() {
        for (u32 i = 0; i < count_; ++i) {
            __builtin_prefetch(kept_[i], 1);
        }
        for (u32 i = 0; i < count_; ++i) {
            *kept_[i] = 1;
        }
        count_ = 0;
    }

  private:
    static constexpr u32 KEPT = 32;
    u32 count_ = 0;
    u8* kept_[KEPT] = {};
};

} // namespace knhk
