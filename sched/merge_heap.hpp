// SPDX-License-Identifier: MIT
// Merges sorted lists: a small binary heap of their cursors, in the caller's stack. A cursor has
// `before(other)`.
#pragma once

#include "base/types.hpp"

namespace knhk {

template<class Cursor, u32 Max>
class MergeHeap {
  public:
    /// In any order; then `order`, once.
    void add(const Cursor& cursor) { cursors_[count_++] = cursor; }
    void order() {
        for (u32 at = count_ / 2; at > 0; --at) {
            sift_down(at - 1);
        }
    }

    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] const Cursor& first() const { return cursors_[0]; }
    void replace_first(const Cursor& cursor) {
        cursors_[0] = cursor;
        sift_down(0);
    }
    void drop_first() { replace_first(cursors_[--count_]); }

  private:
    void sift_down(u32 at) {
        const Cursor moved = cursors_[at];
        for (u32 child = 2 * at + 1; child < count_; child = 2 * at + 1) {
            if (child + 1 < count_ && cursors_[child + 1].before(cursors_[child])) {
                ++child;
            }
            if (!cursors_[child].before(moved)) {
                break;
            }
            cursors_[at] = cursors_[child];
            at = child;
        }
        cursors_[at] = moved;
    }

    Cursor cursors_[Max]; // not initialised: only the first count_ are looked at
    u32 count_ = 0;
};

} // namespace knhk
