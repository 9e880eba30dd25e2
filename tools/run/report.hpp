// SPDX-License-Identifier: MIT
// What a finished run looks like on stdout: a few aligned lines, or one JSON object.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "tools/run/run.hpp"

namespace knhk::tools {

[[nodiscard]] nlohmann::ordered_json to_json(const RunResult& result);
[[nodiscard]] std::string to_text(const RunResult& result);

/// One line on stdout.
void print_json(const nlohmann::ordered_json& object);

} // namespace knhk::tools
