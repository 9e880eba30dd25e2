// SPDX-License-Identifier: MIT
// For barriers between threads that each have a CPU: they poll and never sleep.
#pragma once

#include <atomic>

#include <x86intrin.h>

#include "base/types.hpp"

namespace knhk::bench {

struct SpinningWaiter {
    void disturb() const {}
    void pause() const { _mm_pause(); }
    void wait(std::atomic<u32>& /*word*/, u32 /*expected*/) const { _mm_pause(); }
    void wake(std::atomic<u32>& /*word*/) const {}
};

} // namespace knhk::bench
