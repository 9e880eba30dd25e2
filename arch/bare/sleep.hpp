// SPDX-License-Identifier: MIT
// Sleeping on a word: a hart halts until another one, which changed the word, interrupts it.
#pragma once

#include "base/types.hpp"

namespace knhk::bare {

/// Platform::wait.
void wait_on(const u32* word, u32 expected);

/// Platform::wake.
void wake_sleepers(const u32* word);

} // namespace knhk::bare
