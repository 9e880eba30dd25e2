// SPDX-License-Identifier: MIT
// Random workload files, each a function of a seed alone, shaped so that some hundreds of them meet
// every hard case of docs/determinism.md. Their tasks end by their lives; a caller limits the
// beats.
#pragma once

#include <string>

#include "tests/model/records.hpp"

namespace knhk::model {

/// A valid workload file (docs/workload.md), as JSON text; `size` times as many tasks, about.
[[nodiscard]] std::string random_workload_file(u64 seed, u64 size = 1);

} // namespace knhk::model
