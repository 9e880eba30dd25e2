// SPDX-License-Identifier: MIT
#include "loader/cpu_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace knhk::loader {
namespace {

using hosted::CpuSet;
using hosted::Failure;
using hosted::Topology;

/// CPUs of one part of the machine in the order in which to use them.
struct Domain {
    std::vector<unsigned> cpus; ///< the first CPU of each core, then the second of each, ...
    std::size_t cores = 0;      ///< so many of them are on different cores
};

CpuSet intersection_of(hwloc_const_bitmap_t a, hwloc_const_bitmap_t b) {
    CpuSet set = hosted::empty_cpu_set();
    hwloc_bitmap_and(set.get(), a, b);
    return set;
}

std::vector<unsigned> members_of(hwloc_const_bitmap_t set) {
    std::vector<unsigned> members;
    for (int cpu = hwloc_bitmap_first(set); cpu != -1; cpu = hwloc_bitmap_next(set, cpu)) {
        members.push_back(static_cast<unsigned>(cpu));
    }
    return members;
}

/// The usable CPUs of each core within `where`. Without cores in the topology each CPU is one.
std::vector<std::vector<unsigned>> cores_within(const Topology& topology,
                                                hwloc_const_bitmap_t where, const CpuSet& usable) {
    std::vector<std::vector<unsigned>> cores;
    const hwloc_obj_type_t type = hwloc_get_nbobjs_by_type(topology.get(), HWLOC_OBJ_CORE) > 0
                                      ? HWLOC_OBJ_CORE
                                      : HWLOC_OBJ_PU;
    for (hwloc_obj_t core = nullptr;
         (core = hwloc_get_next_obj_by_type(topology.get(), type, core)) != nullptr;) {
        const CpuSet here = intersection_of(core->cpuset, where);
        std::vector<unsigned> cpus = members_of(intersection_of(here.get(), usable.get()).get());
        if (!cpus.empty()) {
            cores.push_back(std::move(cpus));
        }
    }
    return cores;
}

Domain domain_of(const Topology& topology, hwloc_const_bitmap_t where, const CpuSet& usable) {
    const auto cores = cores_within(topology, where, usable);
    Domain domain{.cpus = {}, .cores = cores.size()};
    std::size_t threads_max = 0;
    for (const auto& core : cores) {
        threads_max = std::max(threads_max, core.size());
    }
    for (std::size_t thread = 0; thread < threads_max; ++thread) {
        for (const auto& core : cores) {
            if (thread < core.size()) {
                domain.cpus.push_back(core[thread]);
            }
        }
    }
    return domain;
}

/// Smallest parts first; the whole machine, last, holds all usable CPUs.
std::vector<Domain> domains_of(const Topology& topology, const CpuSet& usable) {
    std::vector<Domain> domains;
    for (const hwloc_obj_type_t type : {HWLOC_OBJ_NUMANODE, HWLOC_OBJ_PACKAGE, HWLOC_OBJ_MACHINE}) {
        for (hwloc_obj_t part = nullptr;
             (part = hwloc_get_next_obj_by_type(topology.get(), type, part)) != nullptr;) {
            domains.push_back(domain_of(topology, part->cpuset, usable));
        }
    }
    return domains;
}

const Domain& best_of(const std::vector<Domain>& domains, u32 workers) {
    const auto has_cores = [&](const Domain& domain) { return domain.cores >= workers; };
    const auto has_cpus = [&](const Domain& domain) { return domain.cpus.size() >= workers; };
    if (const auto it = std::ranges::find_if(domains, has_cores); it != domains.end()) {
        return *it;
    }
    if (const auto it = std::ranges::find_if(domains, has_cpus); it != domains.end()) {
        return *it;
    }
    return domains.back();
}

Failure unavailable(std::string what, std::string where, std::string remedy) {
    return {ExitStatus::Environment, std::move(what), std::move(where), std::move(remedy)};
}

} // namespace

std::expected<CpuSet, Failure> usable_cpus(const Topology& topology, const CpuOffer& offer) {
    hwloc_const_bitmap_t present = hwloc_topology_get_allowed_cpuset(topology.get());
    CpuSet usable = intersection_of(offer.affinity.get(), present);
    if (offer.requested) {
        const CpuSet isolated = intersection_of(offer.isolated.get(), present);
        hwloc_bitmap_or(usable.get(), usable.get(), isolated.get());
        if (!hwloc_bitmap_isincluded(offer.requested.get(), usable.get())) {
            const CpuSet missing = hosted::empty_cpu_set();
            hwloc_bitmap_andnot(missing.get(), offer.requested.get(), usable.get());
            return std::unexpected(unavailable(
                "CPUs that this process may not use", fmt::format("CPU {}", text_of(missing)),
                fmt::format("choose --cpus from {}, or widen the affinity", text_of(usable))));
        }
        hwloc_bitmap_copy(usable.get(), offer.requested.get());
    }
    if (hwloc_bitmap_iszero(usable.get())) {
        return std::unexpected(unavailable("no CPU is left to run on", "affinity and cgroup",
                                           "widen the affinity (taskset) or the cpuset cgroup"));
    }
    return usable;
}

std::vector<unsigned> choose_cpus(const Topology& topology, const CpuSet& usable, u32 workers) {
    const std::vector<Domain> domains = domains_of(topology, usable);
    const std::vector<unsigned>& cpus = best_of(domains, workers).cpus;
    std::vector<unsigned> chosen;
    for (u32 worker = 0; worker < workers; ++worker) {
        chosen.push_back(cpus[worker % cpus.size()]);
    }
    return chosen;
}

} // namespace knhk::loader
