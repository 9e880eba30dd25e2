// SPDX-License-Identifier: MIT
// A look at the run every so often: a timer's signal, which the main thread takes while it waits
// for the harts. They block it, so no handler is ever interrupted.
#pragma once

#include "base/types.hpp"

namespace knhk::hosted {

/// Makes the calling thread, the main one, take the signal. Throws a Failure.
void take_watch_signal();

/// Platform::watch.
bool watch(u32 milliseconds, void (*look)());

} // namespace knhk::hosted
