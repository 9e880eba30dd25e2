// SPDX-License-Identifier: MIT
// All that is demanded of a table of kernels, for programs with a test framework and without one:
// each check names the first case that is wrong, or nobody.
#pragma once

#include "isa/kernel_table.hpp"

namespace knhk::checks {

/// What a kernel was asked, and that it answered something else than the naive loop.
struct Wrong {
    const char* what; ///< null: nothing is wrong
    OpCode op;
    TripleRun run;
    Query query;
    explicit operator bool() const { return what != nullptr; }
};

struct Coverage {
    u64 cases = 0; ///< so many were looked at
};

/// Each boolean operation and the two that emit rows, on every run of 0 to 4 rows whose subjects
/// and objects are of a domain of three (zero and the largest word among them), with every query of
/// that domain, each threshold of 0 to 9, and both predicates; what lies behind the rows would
/// match. Of 5 to 8 rows: `samples` runs of each length, with every query.
[[nodiscard]] Wrong check_small_domain(const KernelTable& kernels, u64 samples, Coverage& coverage);

/// So many random runs of each length, of words near 0, 2^63 and 2^64, with random queries.
[[nodiscard]] Wrong check_large_words(const KernelTable& kernels, u64 samples, Coverage& coverage);

/// Every kind of guard, defined or not, in each of the eight places, and batches of all lengths
/// with what would not pass behind them. Returns how many are wrong.
[[nodiscard]] u64 wrong_guards(const KernelTable& kernels, u64 samples, Coverage& coverage);

} // namespace knhk::checks
