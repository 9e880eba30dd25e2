// SPDX-License-Identifier: MIT
// Which CPU each worker gets: the first part says which CPUs may be used, the second, pure over a
// topology, which of them are best.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "arch/linux/failure.hpp"
#include "base/types.hpp"
#include "loader/topology.hpp"

namespace knhk::loader {

/// What the choice is made from.
struct CpuOffer {
    hosted::CpuSet affinity; ///< where the process may run as it was started
    hosted::CpuSet isolated; ///< CPUs that the kernel keeps out of every default affinity
    std::optional<hosted::CpuSet> requested; ///< --cpus; none: no wish
};

/// The CPUs that may be used. An isolated CPU is in nobody's inherited affinity, so naming it is
/// how one gets it; any other CPU that is requested has to be in the affinity.
[[nodiscard]] std::expected<hosted::CpuSet, hosted::Failure> usable_cpus(const Topology& topology,
                                                                         const CpuOffer& offer);

/// One CPU for each worker, worker 0 first: in the smallest of NUMA node, package and machine that
/// has a physical core for each, else a hardware thread for each, else several workers a CPU.
[[nodiscard]] std::vector<unsigned> choose_cpus(const Topology& topology,
                                                const hosted::CpuSet& usable, u32 workers);

} // namespace knhk::loader
