// SPDX-License-Identifier: MIT
// Lists of CPUs as Linux writes them: 2-3,5.
#pragma once

#include <expected>
#include <string_view>

#include "arch/linux/cpu_binding.hpp"
#include "arch/linux/failure.hpp"

namespace knhk::loader {

/// CPUs are numbered below this; Linux itself stops at 8192.
inline constexpr unsigned CPU_NUMBERS_MAX = 8192;

/// Numbers and ranges between commas, nothing else, and at least one. hwloc's own parser takes
/// "2-" for all CPUs from 2 on, and skips what it does not understand.
[[nodiscard]] std::expected<hosted::CpuSet, hosted::Failure> parse_cpu_list(std::string_view text);

} // namespace knhk::loader
