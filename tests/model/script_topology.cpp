// SPDX-License-Identifier: MIT
// The matrices of latencies that topologies generate: docs/workload.md, Topologies.
#include <cstdlib>

#include "tests/model/script.hpp"

namespace knhk::model {
namespace {

u8 hierarchical(const ScriptTopology& topology, u32 a, u32 b) {
    u32 group = 1;
    for (u64 i = 0; i < topology.sizes.size(); ++i) {
        group *= topology.sizes[i];
        if (a / group == b / group) {
            return topology.latencies[i];
        }
    }
    return topology.latencies.back();
}

u8 mesh(const ScriptTopology& topology, u32 a, u32 b) {
    u32 hops = 0;
    u32 divisor = 1;
    for (const u32 size : topology.sizes) {
        const int from = static_cast<int>(a / divisor % size);
        const int to = static_cast<int>(b / divisor % size);
        hops += static_cast<u32>(std::abs(from - to));
        divisor *= size;
    }
    return static_cast<u8>(topology.latencies[0] + hops / topology.hops_per_beat);
}

u8 latency(const ScriptTopology& topology, u32 cores, u32 a, u32 b) {
    switch (topology.kind) {
    case TOPOLOGY_FLAT:
        return topology.latencies[0];
    case TOPOLOGY_HIERARCHICAL:
        return hierarchical(topology, a, b);
    case TOPOLOGY_MESH:
        return mesh(topology, a, b);
    case TOPOLOGY_MATRIX:
        return topology.latencies[u64{a} * cores + b];
    default:
        return 1;
    }
}

} // namespace

std::vector<u8> latencies_of(const ScriptTopology& topology, u32 cores) {
    std::vector<u8> latencies;
    for (u32 a = 0; a < cores; ++a) {
        for (u32 b = 0; b < cores; ++b) {
            latencies.push_back(latency(topology, cores, a, b));
        }
    }
    return latencies;
}

} // namespace knhk::model
