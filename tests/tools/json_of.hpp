// SPDX-License-Identifier: MIT
// A report's JSON as a reader of its text finds it.
#pragma once

#include <nlohmann/json.hpp>

namespace knhk::test {

template<class Report>
[[nodiscard]] nlohmann::ordered_json json_of(const Report& report) {
    return nlohmann::ordered_json::parse(to_json(report).text());
}

} // namespace knhk::test
