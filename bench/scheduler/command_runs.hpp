// SPDX-License-Identifier: MIT
// Runs of the built command as a user starts it, for what only a whole image on a platform can
// show: more workers than CPUs, as threads and as harts.
#pragma once

#include "bench/report.hpp"

namespace knhk::bench {

/// How many times longer `ring` takes with 4 workers than with 2.
[[nodiscard]] std::vector<Row> ring_rows(const Options& options);

} // namespace knhk::bench
