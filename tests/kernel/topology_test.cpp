// SPDX-License-Identifier: MIT
// The latency matrices that topologies make, by the formulas of docs/workload.md, and those that
// are refused.
#include "kernel/topology.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace knhk {
namespace {

/// The reason that a text is refused for so many cores; "" when it is taken.
std::string refusal_of(std::string_view text, u32 cores) {
    const auto topology = parse_topology(text);
    if (!topology) {
        return std::string(topology.error());
    }
    const TopologyResult good = check_topology(*topology, cores);
    return good ? "" : std::string(good.error());
}

std::vector<u8> matrix_of(std::string_view text, u32 cores) {
    std::vector<u8> matrix(std::size_t{cores} * cores + 1, 99);
    const auto topology = parse_topology(text);
    EXPECT_TRUE(topology.has_value()) << text;
    EXPECT_TRUE(make_latencies(*topology, cores, matrix).has_value()) << text;
    EXPECT_EQ(matrix.back(), 99) << "nothing is written behind the matrix";
    matrix.pop_back();
    return matrix;
}

TEST(TopologyTest, flat_is_the_same_everywhere) {
    EXPECT_EQ(matrix_of("flat:5", 4), std::vector<u8>(16, 5));
    EXPECT_EQ(matrix_of("flat:1", 1), std::vector<u8>(1, 1));
}

TEST(TopologyTest, smallest_shared_group_decides_in_a_hierarchy) {
    const auto matrix = matrix_of("hierarchical:2,4:1,3,6", 16);
    for (u32 from = 0; from < 16; ++from) {
        for (u32 to = 0; to < 16; ++to) {
            const u32 expected = from / 2 == to / 2 ? 1 : from / 8 == to / 8 ? 3 : 6;
            EXPECT_EQ(matrix[from * 16 + to], expected) << from << " to " << to;
        }
    }
}

TEST(TopologyTest, hops_count_in_a_mesh) {
    const auto matrix = matrix_of("mesh:4x2x2:1:2", 16);
    for (u32 from = 0; from < 16; ++from) {
        for (u32 to = 0; to < 16; ++to) {
            const int x = std::abs(int(from % 4) - int(to % 4));
            const int y = std::abs(int(from / 4 % 2) - int(to / 4 % 2));
            const int z = std::abs(int(from / 8) - int(to / 8));
            EXPECT_EQ(matrix[from * 16 + to], 1 + (x + y + z) / 2) << from << " to " << to;
        }
    }
}

TEST(TopologyTest, matrix_is_taken_as_it_stands) {
    const std::vector<u8> cells{1, 2, 3, 7};
    Topology topology{.kind = TopologyKind::Matrix};
    topology.matrix = cells;
    std::vector<u8> matrix(4);
    ASSERT_TRUE(make_latencies(topology, 2, matrix).has_value());
    EXPECT_EQ(matrix, cells);
    EXPECT_FALSE(make_latencies(topology, 1, matrix).has_value());
    const std::vector<u8> wrong{1, 2, 0, 7};
    topology.matrix = wrong;
    EXPECT_FALSE(make_latencies(topology, 2, matrix).has_value());
}

TEST(TopologyTest, largest_ones_are_taken) {
    EXPECT_EQ(refusal_of("flat:7", 256), "");
    EXPECT_EQ(refusal_of("hierarchical:2,2,2,2,2,2,2,2:1,1,2,2,3,3,4,4,7", 256), "");
    EXPECT_EQ(refusal_of("mesh:16x16:1:5", 256), "") << "1 + 30 / 5";
    EXPECT_EQ(refusal_of("mesh:256:1:43", 256), "") << "1 + 255 / 43";
    EXPECT_EQ(refusal_of("mesh:1x1x1:7:1", 1), "");
}

TEST(TopologyTest, latencies_outside_of_1_to_7_are_refused) {
    const std::string reason = "a latency is not 1 to 7";
    EXPECT_EQ(refusal_of("flat:0", 4), reason);
    EXPECT_EQ(refusal_of("flat:8", 4), reason);
    EXPECT_EQ(refusal_of("hierarchical:2:1,8", 4), reason);
    EXPECT_EQ(refusal_of("mesh:16x16:1:4", 256), reason) << "1 + 30 / 4 = 8";
    EXPECT_EQ(refusal_of("mesh:256:1:1", 256), reason) << "it must not wrap to a good one";
    EXPECT_EQ(refusal_of("mesh:256:2:1", 256), reason) << "2 + 255 = 257, 1 in a byte";
}

TEST(TopologyTest, other_numbers_of_cores_are_refused) {
    EXPECT_NE(refusal_of("mesh:4x2:1:1", 4), "");
    EXPECT_NE(refusal_of("mesh:4x2:1:1", 16), "");
    EXPECT_NE(refusal_of("hierarchical:3:1,2", 4), "");
    EXPECT_NE(refusal_of("hierarchical:2,4:1,2,3", 4), "");
    EXPECT_EQ(refusal_of("hierarchical:2,4:1,2,3", 8), "");
    EXPECT_NE(refusal_of("mesh:65536x65536x2:1:1", 2), "") << "the product must not wrap";
    EXPECT_NE(refusal_of("hierarchical:4294967295,4294967295:1,1,1", 1), "");
    const std::string product_of_2_to_64 = "256,256,256,256,256,256,256,256";
    EXPECT_NE(refusal_of("hierarchical:" + product_of_2_to_64 + ":1,1,1,1,1,1,1,1,1", 256), "");
}

TEST(TopologyTest, text_that_is_no_topology_is_refused) {
    for (const char* const text : {"",
                                   "flat",
                                   "flat:",
                                   "flat:1,2",
                                   "flat:x",
                                   "flat:1:2",
                                   "flat:256",
                                   "flat:-1",
                                   "mesh",
                                   "mesh:4x2",
                                   "mesh:4x2:1",
                                   "mesh:4x2:1:0",
                                   "mesh:4x2:1:1:1",
                                   "mesh:4x0:1:1",
                                   "mesh:x:1:1",
                                   "mesh:2x2x2x2:1:1",
                                   "mesh:4x:1:1",
                                   "mesh:4x2:1,1:1",
                                   "mesh:4x2:1:4294967296",
                                   "hierarchical:",
                                   "hierarchical:2",
                                   "hierarchical:2:1",
                                   "hierarchical:2:1,2,3",
                                   "hierarchical::1",
                                   "hierarchical:0:1,2",
                                   "hierarchical:2,0:1,2,3",
                                   "hierarchical:1,1,1,1,1,1,1,1,1:1,1,1,1,1,1,1,1,1,1",
                                   "matrix:1",
                                   "Flat:1",
                                   " flat:1"}) {
        EXPECT_FALSE(parse_topology(text).has_value()) << text;
    }
}

TEST(TopologyTest, fields_of_another_kind_are_refused) {
    const auto refuses = [](auto change) {
        Topology topology = flat_topology(3);
        change(topology);
        return !check_shape(topology).has_value();
    };
    EXPECT_FALSE(refuses([](Topology&) {}));
    EXPECT_TRUE(refuses([](Topology& t) { t.counts[0] = 1; }));
    EXPECT_TRUE(refuses([](Topology& t) { t.counts[7] = 1; }));
    EXPECT_TRUE(refuses([](Topology& t) { t.latencies[1] = 1; }));
    EXPECT_TRUE(refuses([](Topology& t) { t.latencies[15] = 1; }));
    EXPECT_TRUE(refuses([](Topology& t) { t.hops_per_beat = 1; }));
    EXPECT_TRUE(refuses([](Topology& t) { t.kind = TopologyKind::None; }));
    EXPECT_TRUE(refuses([](Topology& t) { t.kind = static_cast<TopologyKind>(5); }));
}

} // namespace
} // namespace knhk
