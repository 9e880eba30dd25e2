// SPDX-License-Identifier: MIT
// The topology out of the kernel's own files, for machines without hwloc. They may be missing or
// say anything: what cannot be believed is replaced by the simplest machine, and told.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "loader/topology.hpp"

namespace knhk::loader {

/// What a file below /sys/devices/system holds; none: it cannot be read, or is too long.
using SysReader = std::function<std::optional<std::string>(const std::string& path)>;

/// A machine whose files are below `root`.
[[nodiscard]] SysReader sys_files(const std::filesystem::path& root);

/// Every CPU is in one core and one package, and in one node at most, whatever the files say.
/// `affinity` stands in for a list of CPUs that cannot be read.
[[nodiscard]] Topology read_sys_topology(const SysReader& read, const hosted::CpuSet& affinity);

} // namespace knhk::loader
