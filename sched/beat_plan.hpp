// SPDX-License-Identifier: MIT
// What the barrier decides for the next beat, and every core reads in it.
#pragma once

#include <cstddef>

#include "base/types.hpp"
#include "sched/limits.hpp"

namespace knhk {

/// X: which entries of its heap each core runs, and when. Plain data; zero is none.
struct Selection {
    u32 count;
    u16 begin[CORES_MAX];           ///< core c runs begin[c] to end[c] of `rank`
    u16 end[CORES_MAX];             ///< valid if count is not 0, as is begin
    u16 rank[ORDERED_SELECTED_MAX]; ///< places in X, ascending for each core
};

/// Who took how many tasks from whom. Plain data; zero is none.
struct Thefts {
    u32 thieves;
    u8 tasks[CORES_MAX]; ///< taken by this core; valid if thieves is not 0
    u16 victim[CORES_MAX];
};

/// What each core reads in each beat is in its first line.
struct alignas(LINE_BYTES) BeatPlan {
    Beat beat;
    Timestamp start; ///< G
    u64 input_end;   ///< inputs below this position have been cut
    u64 index;       ///< beats executed before: beats may be skipped, and parities must alternate
    u64 after_pulse; ///< 1: an epoch ended before this beat
    Selection ordered;
    Thefts thefts;
};

static_assert(offsetof(BeatPlan, ordered) + sizeof(u32) <= LINE_BYTES, "its count as well");

} // namespace knhk
