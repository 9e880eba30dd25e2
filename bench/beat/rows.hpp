// SPDX-License-Identifier: MIT
// The rows of `knhk bench beat`.
#pragma once

#include "bench/report.hpp"

namespace knhk::bench {

[[nodiscard]] std::vector<Row> clock_rows(const Options& options);
[[nodiscard]] std::vector<Row> delta_rows(const Options& options);
[[nodiscard]] std::vector<Row> fiber_rows(const Options& options);
[[nodiscard]] std::vector<Row> receipt_rows(const Options& options);

} // namespace knhk::bench
