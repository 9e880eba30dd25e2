// SPDX-License-Identifier: MIT
// A check of a header that fails under Relacy fails the execution.
#include <cstdlib>

#include "base/check.hpp"
#include "tests/relacy/relacy_atomics.hpp"

extern "C" void knhk_panic(const char* file, unsigned line, const char* expected,
                           unsigned long long /*found*/) {
    rl::ctx().fail_test(expected, rl::test_result_user_assert_failed, {"", file, line});
    std::abort(); // the execution has left through its fiber
}
