// SPDX-License-Identifier: MIT
// Packs what is handed to a run into a container (kernel/container.hpp has the format).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/types.hpp"
#include "kernel/container.hpp"
#include "tools/run/options.hpp"

namespace knhk::tools {

struct SectionContent {
    SectionKind kind;
    u32 version;
    std::string payload;
};

[[nodiscard]] std::vector<std::byte> pack_container(const std::vector<SectionContent>& sections);

/// A container with one Workload section.
[[nodiscard]] std::vector<std::byte> pack_workload(std::string_view workload, u64 tasks);
/// A container with one WorkloadFile section: what tools/workload packed.
[[nodiscard]] std::vector<std::byte> pack_workload_file(std::span<const std::byte> packed);
/// What a run of these options is handed.
[[nodiscard]] std::vector<std::byte> pack_workload(const RunOptions& options);

} // namespace knhk::tools
