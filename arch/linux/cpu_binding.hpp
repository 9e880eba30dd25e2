// SPDX-License-Identifier: MIT
// hwloc's topology and sets as values that free themselves, and binding that is proved by reading
// it back.
#pragma once

#include <hwloc.h>

#include <memory>
#include <string>

namespace knhk::hosted {

struct TopologyDeleter {
    void operator()(hwloc_topology* topology) const { hwloc_topology_destroy(topology); }
};
using Topology = std::unique_ptr<hwloc_topology, TopologyDeleter>;

struct CpuSetDeleter {
    void operator()(hwloc_bitmap_s* set) const { hwloc_bitmap_free(set); }
};
/// A set of CPUs by the kernel's numbers.
using CpuSet = std::unique_ptr<hwloc_bitmap_s, CpuSetDeleter>;

[[nodiscard]] CpuSet empty_cpu_set();
/// "0-3,7"
[[nodiscard]] std::string text_of(const CpuSet& set);

/// This machine as the process may see it (what its cgroup forbids is left out). Throws a Failure.
[[nodiscard]] Topology this_machine();
/// The CPUs that the kernel lets the calling thread run on. Throws a Failure.
[[nodiscard]] CpuSet affinity_of_this_thread(const Topology& topology);
/// Moves the calling thread to `cpu` and asks the kernel whether it is so. Throws a Failure.
void bind_this_thread(const Topology& topology, unsigned cpu);

} // namespace knhk::hosted
