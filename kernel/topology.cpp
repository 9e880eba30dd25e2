// SPDX-License-Identifier: MIT
#include "kernel/topology.hpp"

#include <cstring>

#include "base/check.hpp"
#include "base/text.hpp"
#include "sched/limits.hpp"

namespace knhk {

namespace {

constexpr std::string_view BAD_LATENCY = "a latency is not 1 to 7";
static_assert(LATENCY_MAX == 7);

using Reason = std::unexpected<std::string_view>;

bool is_latency(u64 latency) {
    return latency >= 1 && latency <= LATENCY_MAX;
}

template<class T, std::size_t N>
bool is_zero_from(const T (&values)[N], u32 first) {
    u64 any = 0;
    for (u32 i = first; i < N; ++i) {
        any |= values[i];
    }
    return any == 0;
}

u32 group_count(const Topology& topology) {
    u32 count = 0;
    while (count < TOPOLOGY_GROUPS_MAX && topology.counts[count] != 0) {
        ++count;
    }
    return count;
}

/// Saturates: no matrix has more than CORES_MAX cores.
u64 product(const u32* counts, u32 count) {
    u64 all = 1;
    for (u32 i = 0; i < count; ++i) {
        all = counts[i] > CORES_MAX ? u64{CORES_MAX} + 1 : all * counts[i];
        if (all > CORES_MAX) {
            return u64{CORES_MAX} + 1;
        }
    }
    return all;
}

TopologyResult check_used(const Topology& topology, u32 counts, u32 latencies, bool has_hops) {
    if (!is_zero_from(topology.counts, counts) || !is_zero_from(topology.latencies, latencies) ||
        (topology.hops_per_beat != 0) != has_hops) {
        return Reason("a field that its kind does not have");
    }
    for (u32 i = 0; i < counts; ++i) {
        if (topology.counts[i] == 0) {
            return Reason("a size is 0");
        }
    }
    for (u32 i = 0; i < latencies; ++i) {
        if (!is_latency(topology.latencies[i])) {
            return Reason(BAD_LATENCY);
        }
    }
    return {};
}

TopologyResult check_hierarchy(const Topology& topology) {
    const u32 groups = group_count(topology);
    if (groups == 0 || topology.latencies[groups] == 0 ||
        !is_zero_from(topology.latencies, groups + 1)) {
        return Reason("it needs groups, and one latency more than there are");
    }
    return check_used(topology, groups, groups + 1, false);
}

// --- generators: each fills a matrix, saturating at what a byte holds ---------------------------

/// The latency of the smallest group that holds both.
u8 latency_in_groups(const Topology& topology, u32 groups, u32 a, u32 b) {
    for (u32 i = 0; i < groups; ++i) {
        a /= topology.counts[i];
        b /= topology.counts[i];
        if (a == b) {
            return topology.latencies[i];
        }
    }
    return topology.latencies[groups];
}

u32 distance(u32 a, u32 b) {
    return a < b ? b - a : a - b;
}

u8 latency_in_mesh(const Topology& topology, u32 a, u32 b) {
    u32 hops = 0;
    for (u32 i = 0; i < MESH_DIMENSIONS; ++i) {
        hops += distance(a % topology.counts[i], b % topology.counts[i]);
        a /= topology.counts[i];
        b /= topology.counts[i];
    }
    const u32 latency = topology.latencies[0] + hops / topology.hops_per_beat;
    return static_cast<u8>(latency < 255 ? latency : 255);
}

u8 latency_between(const Topology& topology, u32 cores, u32 a, u32 b) {
    switch (topology.kind) {
    case TopologyKind::Hierarchical:
        return latency_in_groups(topology, group_count(topology), a, b);
    case TopologyKind::Mesh:
        return latency_in_mesh(topology, a, b);
    case TopologyKind::Matrix:
        return topology.matrix[a * cores + b];
    case TopologyKind::Flat:
    case TopologyKind::None:
        break;
    }
    return topology.latencies[0];
}

/// Whether it is one for so many cores.
TopologyResult check_cores(const Topology& topology, u32 cores) {
    if (topology.kind == TopologyKind::None) {
        return Reason("there is none");
    }
    if (topology.kind == TopologyKind::Hierarchical &&
        cores % product(topology.counts, group_count(topology)) != 0) {
        return Reason("the product of its group sizes does not divide the number of cores");
    }
    if (topology.kind == TopologyKind::Mesh && product(topology.counts, MESH_DIMENSIONS) != cores) {
        return Reason("the product of its dimensions is not the number of cores");
    }
    if (topology.kind == TopologyKind::Matrix && topology.matrix.size() != u64{cores} * cores) {
        return Reason("its matrix is for another number of cores");
    }
    return {};
}

// --- text ----------------------------------------------------------------------------------------

/// Takes what stands before the next `separator` off `rest`.
std::string_view next_part(std::string_view& rest, char separator) {
    const std::size_t at = rest.find(separator);
    const std::size_t size = at == std::string_view::npos ? rest.size() : at;
    const std::string_view part(rest.data(), size);
    rest.remove_prefix(size < rest.size() ? size + 1 : size);
    return part;
}

/// Reads numbers between separators and returns how many; 0 if one is none, or there are too many.
template<class T, std::size_t N>
u32 read_list(T (&to)[N], std::string_view text, char separator) {
    u32 count = 0;
    bool goes_on = true;
    while (goes_on) {
        goes_on = text.find(separator) != std::string_view::npos;
        const Result<u64> value = parse_number(next_part(text, separator));
        if (!value || count == N || *value > static_cast<T>(~T{0})) {
            return 0;
        }
        to[count++] = static_cast<T>(*value);
    }
    return count;
}

bool read_mesh(Topology& topology, std::string_view text) {
    const u32 dimensions = read_list(topology.counts, next_part(text, ':'), 'x');
    for (u32 i = dimensions; i < MESH_DIMENSIONS; ++i) {
        topology.counts[i] = 1;
    }
    const bool has_latency = read_list(topology.latencies, next_part(text, ':'), ',') == 1;
    u32 hops[1] = {};
    const bool has_hops = read_list(hops, text, ',') == 1;
    topology.hops_per_beat = hops[0];
    return dimensions >= 1 && dimensions <= MESH_DIMENSIONS && has_latency && has_hops;
}

bool read_text(Topology& topology, std::string_view text) {
    const std::string_view kind = next_part(text, ':');
    if (kind == "flat") {
        topology.kind = TopologyKind::Flat;
        return read_list(topology.latencies, text, ',') == 1;
    }
    if (kind == "hierarchical") {
        topology.kind = TopologyKind::Hierarchical;
        return read_list(topology.counts, next_part(text, ':'), ',') != 0 &&
               read_list(topology.latencies, text, ',') != 0;
    }
    topology.kind = TopologyKind::Mesh;
    return kind == "mesh" && read_mesh(topology, text);
}

} // namespace

Topology flat_topology(u32 latency) {
    Topology topology{.kind = TopologyKind::Flat};
    topology.latencies[0] = static_cast<u8>(latency);
    return topology;
}

TopologyResult check_shape(const Topology& topology) {
    switch (topology.kind) {
    case TopologyKind::None:
    case TopologyKind::Matrix:
        return check_used(topology, 0, 0, false);
    case TopologyKind::Flat:
        return check_used(topology, 0, 1, false);
    case TopologyKind::Hierarchical:
        return check_hierarchy(topology);
    case TopologyKind::Mesh:
        return check_used(topology, MESH_DIMENSIONS, 1, true);
    }
    return Reason("there is no such kind");
}

TopologyResult check_topology(const Topology& topology, u32 cores) {
    TopologyResult good = check_shape(topology);
    good = good ? check_cores(topology, cores) : good;
    if (!good) {
        return good;
    }
    for (u32 cell = 0; cell < cores * cores; ++cell) {
        if (!is_latency(latency_between(topology, cores, cell / cores, cell % cores))) {
            return Reason(BAD_LATENCY);
        }
    }
    return {};
}

TopologyResult make_latencies(const Topology& topology, u32 cores, std::span<u8> matrix) {
    KNHK_CHECK(matrix.size() >= u64{cores} * cores, matrix.size());
    const TopologyResult good = check_topology(topology, cores);
    if (!good) {
        return good;
    }
    for (u32 cell = 0; cell < cores * cores; ++cell) {
        matrix[cell] = latency_between(topology, cores, cell / cores, cell % cores);
    }
    return {};
}

std::expected<Topology, std::string_view> parse_topology(std::string_view text) {
    Topology topology;
    if (!read_text(topology, text)) {
        return Reason("use flat:L, hierarchical:G,G:L,L,L or mesh:XxYxZ:L:H");
    }
    const TopologyResult good = check_shape(topology);
    if (!good) {
        return Reason(good.error());
    }
    return topology;
}

} // namespace knhk
