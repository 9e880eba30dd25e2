// SPDX-License-Identifier: MIT
// Counts what a Meson test run did, from the two files that it leaves behind.
#pragma once

#include <string_view>

#include "base/types.hpp"

namespace knhk::tools {

struct TestCounts {
    u64 passed = 0;
    u64 failed = 0;
    u64 skipped = 0;
};

/// `results` is testlog.json (one object a line, one line a test), `junit` testlog.junit.xml, which
/// knows the cases inside a test. Meson's JUnit file alone would not do: in it a test that hangs
/// looks like one that passes.
[[nodiscard]] TestCounts count_tests(std::string_view results, std::string_view junit);

} // namespace knhk::tools
