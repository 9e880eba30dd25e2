// SPDX-License-Identifier: MIT
#include "loader/cpu_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace knhk::loader {
namespace {

using hosted::CpuSet;
using hosted::Failure;

/// CPUs of one part of the machine in the order in which to use them.
struct Domain {
    std::vector<unsigned> cpus; ///< the first CPU of each core, then the second of each, ...
    std::size_t cores = 0;      ///< so many of them are on different cores
};

/// The usable CPUs of each core within `where`.
std::vector<std::vector<unsigned>> cores_within(const Topology& topology, const CpuSet& where,
                                                const CpuSet& usable) {
    std::vector<std::vector<unsigned>> cores;
    for (const CpuSet& core : topology.cores) {
        std::vector<unsigned> cpus = (core & where & usable).members();
        if (!cpus.empty()) {
            cores.push_back(std::move(cpus));
        }
    }
    return cores;
}

Domain domain_of(const Topology& topology, const CpuSet& where, const CpuSet& usable) {
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
    for (const auto* parts : {&topology.nodes, &topology.packages}) {
        for (const CpuSet& part : *parts) {
            domains.push_back(domain_of(topology, part, usable));
        }
    }
    domains.push_back(domain_of(topology, topology.present, usable));
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
    CpuSet usable = offer.affinity & topology.present;
    if (offer.requested) {
        usable = usable | (offer.isolated & topology.present);
        if (!usable.includes(*offer.requested)) {
            const CpuSet missing = *offer.requested - usable;
            return std::unexpected(unavailable(
                "CPUs that this process may not use", fmt::format("CPU {}", text_of(missing)),
                fmt::format("choose --cpus from {}, or widen the affinity", text_of(usable))));
        }
        usable = *offer.requested;
    }
    if (usable.is_empty()) {
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
