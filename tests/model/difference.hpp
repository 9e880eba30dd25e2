// SPDX-License-Identifier: MIT
// Where two runs differ first, in words. Knows the model's records alone: whoever compares
// something else with the model makes a ModelRun of it.
#pragma once

#include <optional>
#include <string>

#include "tests/model/model.hpp"

namespace knhk::model {

/// Beat, core, index, field, and both values. Nothing where they are equal: beats, starting times,
/// every event, every chain, end reason.
[[nodiscard]] std::optional<std::string> difference(const ModelRun& run, const ModelRun& model);

} // namespace knhk::model
