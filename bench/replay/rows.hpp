// SPDX-License-Identifier: MIT
// Rows on recording, verifying, comparing, replaying and showing logs.
#pragma once

#include "bench/report.hpp"

namespace knhk::bench {

[[nodiscard]] std::vector<Row> replay_rows(const Options& options);

} // namespace knhk::bench
