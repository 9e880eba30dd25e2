// SPDX-License-Identifier: MIT
// The rows of the whole scheduler beside its peers. bench/main.cpp calls it.
#pragma once

#include <vector>

#include "bench/report.hpp"

namespace knhk::bench {

[[nodiscard]] std::vector<Row> scheduler_rows(const Options& options);

} // namespace knhk::bench
