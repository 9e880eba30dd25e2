// SPDX-License-Identifier: MIT
#include "arch/linux/cpu_binding.hpp"

#include <fmt/format.h>
#include <hwloc/linux.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "arch/linux/failure.hpp"

namespace knhk::hosted {

CpuSet empty_cpu_set() {
    CpuSet set(hwloc_bitmap_alloc());
    if (!set) {
        throw std::bad_alloc();
    }
    return set;
}

std::string text_of(const CpuSet& set) {
    char* text = nullptr;
    if (hwloc_bitmap_list_asprintf(&text, set.get()) < 0) {
        throw std::bad_alloc();
    }
    const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
    return text;
}

Topology this_machine() {
    hwloc_topology* raw = nullptr;
    if (hwloc_topology_init(&raw) != 0) {
        throw std::bad_alloc();
    }
    Topology topology(raw);
    if (hwloc_topology_load(raw) != 0) {
        throw Failure{ExitStatus::Environment,
                      fmt::format("cannot read the CPU topology ({})", std::strerror(errno)),
                      "hwloc", "check that /sys is mounted; try hwloc-ls"};
    }
    return topology;
}

// Asks the kernel itself: with a topology from a file, hwloc's own answers come from that file.
CpuSet affinity_of_this_thread(const Topology& topology) {
    CpuSet set = empty_cpu_set();
    if (hwloc_linux_get_tid_cpubind(topology.get(), 0, set.get()) != 0) {
        throw Failure{ExitStatus::Environment,
                      fmt::format("cannot read the CPU affinity ({})", std::strerror(errno)),
                      "sched_getaffinity", "check the sandbox that the process runs in"};
    }
    return set;
}

void bind_this_thread(const Topology& topology, unsigned cpu) {
    const CpuSet wanted = empty_cpu_set();
    hwloc_bitmap_only(wanted.get(), cpu);
    const int result = hwloc_set_cpubind(topology.get(), wanted.get(), HWLOC_CPUBIND_THREAD);
    const int error = errno;
    const CpuSet found = affinity_of_this_thread(topology);
    if (hwloc_bitmap_isequal(wanted.get(), found.get())) {
        return;
    }
    // A fake topology (HWLOC_XMLFILE, HWLOC_SYNTHETIC) makes binding "succeed" without effect.
    throw Failure{
        ExitStatus::Environment,
        fmt::format("cannot bind a worker to its CPU ({})",
                    result != 0 ? std::strerror(error) : "the thread may run on " + text_of(found)),
        fmt::format("CPU {}", cpu), "choose other CPUs with --cpus, and unset HWLOC_* variables"};
}

} // namespace knhk::hosted
