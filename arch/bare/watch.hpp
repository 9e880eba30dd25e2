// SPDX-License-Identifier: MIT
// A look at the run every so often, whatever the harts are doing: a timer of hart 0 interrupts it,
// and nothing else of the machine does.
#pragma once

#include "base/types.hpp"

namespace knhk::bare {

/// Platform::watch.
bool watch(u32 milliseconds, void (*look)());

/// For the architecture, from the timer's interrupt, which it is done with: the look may not
/// return.
void watch_is_due();

} // namespace knhk::bare
