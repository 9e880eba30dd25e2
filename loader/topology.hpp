// SPDX-License-Identifier: MIT
// What the choice of CPUs needs to know of the machine: a plain value. hwloc fills it where it is,
// the kernel's own files where it is not; the build chooses.
#pragma once

#include <string>
#include <vector>

#include "arch/linux/cpu_set.hpp"

namespace knhk::loader {

struct Topology {
    hosted::CpuSet present;            ///< CPUs of the machine that this process may know of
    std::vector<hosted::CpuSet> cores; ///< neighbours stand together
    std::vector<hosted::CpuSet> nodes; ///< with memory of their own
    std::vector<hosted::CpuSet> packages;
    std::string complaint; ///< what could not be believed, and was made up; empty: nothing
};

/// Throws a Failure.
[[nodiscard]] Topology this_machine();

} // namespace knhk::loader
