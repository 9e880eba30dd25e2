// SPDX-License-Identifier: MIT
// Topologies are generators of the latency matrix; nothing else of them reaches the scheduler.
// docs/workload.md says what each means. For the boot list, and for the command, which refuses the
// same ones with the same words.
#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "base/types.hpp"

namespace knhk {

enum class TopologyKind : u32 { None, Flat, Hierarchical, Mesh, Matrix };

inline constexpr u32 TOPOLOGY_GROUPS_MAX = 8;
inline constexpr u32 TOPOLOGY_LATENCIES_MAX = 16;
inline constexpr u32 MESH_DIMENSIONS = 3;

struct Topology {
    TopologyKind kind = TopologyKind::None;
    u32 counts[TOPOLOGY_GROUPS_MAX] = {};      ///< group sizes, the smallest first; or dimensions
    u8 latencies[TOPOLOGY_LATENCIES_MAX] = {}; ///< of groups; or the one latency
    u32 hops_per_beat = 0;
    std::span<const u8> matrix = {}; ///< cores x cores, of a Matrix
};

/// Void, or what is wrong with a topology, in words.
using TopologyResult = std::expected<void, std::string_view>;

/// What can be said for any number of cores. Fields that a kind does not use must be 0.
[[nodiscard]] TopologyResult check_shape(const Topology& topology);

/// Whether it makes latencies of 1 to LATENCY_MAX between all of so many cores.
[[nodiscard]] TopologyResult check_topology(const Topology& topology, u32 cores);

/// Fills `matrix`, cores x cores bytes: [source * cores + destination], if that check passes.
[[nodiscard]] TopologyResult make_latencies(const Topology& topology, u32 cores,
                                            std::span<u8> matrix);

/// `flat:L`, `hierarchical:g1,g2:l0,l1,l2` or `mesh:XxYxZ:L:H`, of a good shape.
[[nodiscard]] std::expected<Topology, std::string_view> parse_topology(std::string_view text);

/// Every core is `latency` beats from every core, itself included.
[[nodiscard]] Topology flat_topology(u32 latency);
inline void make_flat_latencies(u8* matrix, u32 cores, u32 latency) {
    for (u32 cell = 0; cell < cores * cores; ++cell) {
        matrix[cell] = static_cast<u8>(latency);
    }
}

} // namespace knhk
