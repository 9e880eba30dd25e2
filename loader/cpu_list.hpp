// SPDX-License-Identifier: MIT
// Lists of CPUs as Linux writes them: 2-3,5.
#pragma once

#include <expected>
#include <string_view>

#include "arch/linux/cpu_set.hpp"
#include "arch/linux/failure.hpp"

namespace knhk::loader {

/// Numbers and ranges between commas, nothing else, and at least one. Other parsers take "2-" for
/// all CPUs from 2 on, and skip what they do not understand.
[[nodiscard]] std::expected<hosted::CpuSet, hosted::Failure> parse_cpu_list(std::string_view text);

} // namespace knhk::loader
