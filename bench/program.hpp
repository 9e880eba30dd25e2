// SPDX-License-Identifier: MIT
// A program of the bench: what it is called and whose rows it prints.
#pragma once

#include <vector>

#include "bench/report.hpp"

namespace knhk::bench {

struct BenchProgram {
    const char* command; ///< "knhk bench WHAT"
    const char* description;
    const char* footer;
    std::vector<std::vector<Row> (*)(const Options& options)> rows;
};

/// Returns the exit status.
[[nodiscard]] int bench_main(const BenchProgram& program, int argc, char** argv);

} // namespace knhk::bench
