// SPDX-License-Identifier: MIT
// The atomics that shared structures take as a template parameter, so that a model checker can
// put its own in their place.
#pragma once

#include <atomic>

#include "base/types.hpp"

namespace knhk {

/// The atomics that ship: those of the language.
struct NativeAtomics {
    template<class T>
    using Atomic = std::atomic<T>;
    /// What lies beside them, which no two threads may race for.
    template<class T>
    using Plain = T;
};

static_assert(std::atomic<u64>::is_always_lock_free && std::atomic<u32>::is_always_lock_free);
static_assert(sizeof(std::atomic<u64>) == 8 && sizeof(std::atomic<u32>) == 4);

} // namespace knhk
