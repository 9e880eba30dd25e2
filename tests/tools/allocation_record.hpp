// SPDX-License-Identifier: MIT
// How much memory this test program asks for: every operator new of it is counted.
#pragma once

#include <cstddef>

namespace knhk::test {

/// Forgets what was asked for so far.
void restart_allocation_record();
/// The largest single request since then.
[[nodiscard]] std::size_t largest_allocation_bytes();
/// All requests since then together, whatever was given back meanwhile.
[[nodiscard]] std::size_t allocated_bytes();

} // namespace knhk::test
