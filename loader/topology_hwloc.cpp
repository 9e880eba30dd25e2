// SPDX-License-Identifier: MIT
#include "loader/topology_hwloc.hpp"

#include <fmt/format.h>
#include <hwloc.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#include "arch/linux/failure.hpp"

namespace knhk::loader {
namespace {

using hosted::CpuSet;
using hosted::Failure;

struct Deleter {
    void operator()(hwloc_topology* topology) const { hwloc_topology_destroy(topology); }
};
using Handle = std::unique_ptr<hwloc_topology, Deleter>;

Handle load() {
    hwloc_topology* raw = nullptr;
    if (hwloc_topology_init(&raw) != 0) {
        throw std::bad_alloc();
    }
    Handle handle(raw);
    if (hwloc_topology_load(raw) != 0) {
        throw Failure{ExitStatus::Environment,
                      fmt::format("cannot read the CPU topology ({})", std::strerror(errno)),
                      "hwloc", "check that /sys is mounted; try hwloc-ls"};
    }
    return handle;
}

CpuSet set_of(hwloc_const_bitmap_t bitmap) {
    CpuSet set;
    for (int cpu = hwloc_bitmap_first(bitmap); cpu != -1; cpu = hwloc_bitmap_next(bitmap, cpu)) {
        if (static_cast<unsigned>(cpu) >= hosted::CPU_NUMBERS_MAX) {
            break;
        }
        set.add(static_cast<unsigned>(cpu));
    }
    return set;
}

std::vector<CpuSet> parts_of(const Handle& handle, hwloc_obj_type_t type) {
    std::vector<CpuSet> parts;
    for (hwloc_obj_t part = nullptr;
         (part = hwloc_get_next_obj_by_type(handle.get(), type, part)) != nullptr;) {
        parts.push_back(set_of(part->cpuset));
    }
    return parts;
}

} // namespace

Topology read_hwloc_topology() {
    const Handle handle = load();
    Topology topology{
        .present = set_of(hwloc_topology_get_allowed_cpuset(handle.get())),
        .cores = parts_of(handle, HWLOC_OBJ_CORE),
        .nodes = parts_of(handle, HWLOC_OBJ_NUMANODE),
        .packages = parts_of(handle, HWLOC_OBJ_PACKAGE),
        .complaint = {},
    };
    if (topology.cores.empty()) { // virtual machines exist that tell of none
        topology.cores = parts_of(handle, HWLOC_OBJ_PU);
    }
    return topology;
}

} // namespace knhk::loader
