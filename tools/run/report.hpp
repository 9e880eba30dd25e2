// SPDX-License-Identifier: MIT
// What a finished run looks like on stdout: a few aligned lines, or one JSON object.
#pragma once

#include <string>

#include "tools/host/json_tree.hpp"
#include "tools/run/run.hpp"

namespace knhk::tools {

[[nodiscard]] Json to_json(const RunResult& result);
[[nodiscard]] std::string to_text(const RunResult& result);

/// One line on stdout.
void print_json(const Json& object);

} // namespace knhk::tools
