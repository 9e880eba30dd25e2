// SPDX-License-Identifier: MIT
// docs/log-format.md, Identity, from the model's own constants: with it the run digest is predicted
// from a workload alone.
#pragma once

#include <string>

#include "tests/model/model.hpp"

namespace knhk::model {

[[nodiscard]] std::array<std::byte, 32> sha256(std::span<const std::byte> bytes);

/// The identity's bytes for an image without a user program.
[[nodiscard]] Bytes identity_of(const ModelConfig& config, std::span<const std::byte> workload);

/// The workload text of a built-in workload.
[[nodiscard]] Bytes builtin_text(const std::string& name, u64 tasks);

} // namespace knhk::model
