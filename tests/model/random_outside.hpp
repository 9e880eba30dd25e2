// SPDX-License-Identifier: MIT
// Random inputs from outside for a random workload: when they come, and what they bring.
#pragma once

#include "tests/model/model.hpp"

namespace knhk::model {

/// For half of the seeds; none for the others. `between`: some come when a barrier has cut already.
[[nodiscard]] std::vector<ModelOutside> random_outside(u64 seed, const ModelConfig& config,
                                                       bool between);

/// The same run, with what it took recorded.
[[nodiscard]] ModelConfig recorded(ModelConfig config, const ModelRun& run);

} // namespace knhk::model
