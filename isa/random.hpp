// SPDX-License-Identifier: MIT
// Counter-based randomness: a function of what a task is and when, so no generator state exists
// that an order of execution could disturb.
#pragma once

#include "base/hash_inline.hpp"
#include "base/types.hpp"

namespace knhk {

/// The n-th random number of the task `id` that executes at `ts`.
inline u64 random_number(u64 seed, TaskId id, Timestamp ts, u64 n) {
    const u64 words[4] = {seed, id.raw, ts.raw, n};
    return xxh3_64_of(words);
}

} // namespace knhk
