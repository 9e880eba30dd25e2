// SPDX-License-Identifier: MIT
// The built-in workloads of docs/workloads.md, for the model.
#pragma once

#include <string>

#include "tests/model/model.hpp"

namespace knhk::model {

/// The handlers that every image has.
[[nodiscard]] std::map<u16, ModelHandler> builtin_handlers();

/// `name` is pure, ring or fanout.
[[nodiscard]] std::vector<ModelTask> builtin_inputs(const std::string& name, u64 tasks, u32 cores);

} // namespace knhk::model
