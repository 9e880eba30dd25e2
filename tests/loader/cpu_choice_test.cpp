// SPDX-License-Identifier: MIT
// Choices over made-up machines. CPUs count core by core: with two threads a core, CPUs 0 and 1 are
// one core.
#include "loader/cpu_choice.hpp"

#include <gtest/gtest.h>

#include <string>

#include "loader/cpu_list.hpp"

namespace knhk::loader {
namespace {

using Cpus = std::vector<unsigned>;

struct Shape {
    unsigned packages;
    unsigned nodes;   ///< in a package
    unsigned cores;   ///< in a node
    unsigned threads; ///< in a core
};
constexpr Shape TWO_NODES{2, 1, 4, 2};
constexpr Shape TWO_NODES_A_PACKAGE{2, 2, 2, 1};
constexpr Shape TWO_CORES{1, 1, 2, 1};
constexpr Shape TWO_CORES_OF_TWO{1, 1, 2, 2};
constexpr Shape EIGHT_CORES{1, 1, 8, 1};

/// CPUs [0, count) in parts of `size`.
std::vector<hosted::CpuSet> parts_of(unsigned count, unsigned size) {
    std::vector<hosted::CpuSet> parts(count / size);
    for (unsigned cpu = 0; cpu < count; ++cpu) {
        parts[cpu / size].add(cpu);
    }
    return parts;
}

Topology made_up(const Shape& shape) {
    const unsigned node = shape.cores * shape.threads;
    const unsigned package = node * shape.nodes;
    const unsigned count = package * shape.packages;
    return {.present = parts_of(count, count).front(),
            .cores = parts_of(count, shape.threads),
            .nodes = parts_of(count, node),
            .packages = parts_of(count, package),
            .complaint = {}};
}

hosted::CpuSet cpus(const char* list) {
    return hosted::or_throw(parse_cpu_list(list));
}

Cpus choice(const Shape& machine, const char* usable, u32 workers) {
    return choose_cpus(made_up(machine), cpus(usable), workers);
}

TEST(cpu_choice, few_workers_get_cores_of_their_own_in_one_node) {
    EXPECT_EQ(choice(TWO_NODES, "0-15", 1), (Cpus{0}));
    EXPECT_EQ(choice(TWO_NODES, "0-15", 4), (Cpus{0, 2, 4, 6}));
}

TEST(cpu_choice, second_node_is_taken_when_the_first_has_too_few_cores) {
    EXPECT_EQ(choice(TWO_NODES, "0-3,8-15", 3), (Cpus{8, 10, 12}));
}

TEST(cpu_choice, different_cores_count_for_more_than_one_node) {
    EXPECT_EQ(choice(TWO_NODES, "0-15", 6), (Cpus{0, 2, 4, 6, 8, 10}));
}

TEST(cpu_choice, node_is_kept_when_it_is_large_enough) {
    EXPECT_EQ(choice(TWO_NODES_A_PACKAGE, "1-3", 2), (Cpus{2, 3}));
}

TEST(cpu_choice, package_is_kept_when_a_node_is_too_small) {
    EXPECT_EQ(choice(TWO_NODES_A_PACKAGE, "1-7", 4), (Cpus{4, 5, 6, 7}));
}

TEST(cpu_choice, second_threads_are_used_once_all_cores_are_taken) {
    EXPECT_EQ(choice(TWO_CORES_OF_TWO, "0-3", 3), (Cpus{0, 2, 1}));
    EXPECT_EQ(choice(TWO_CORES_OF_TWO, "0-3", 4), (Cpus{0, 2, 1, 3}));
}

TEST(cpu_choice, more_workers_than_cpus_go_round) {
    EXPECT_EQ(choice(TWO_CORES, "0-1", 5), (Cpus{0, 1, 0, 1, 0}));
    EXPECT_EQ(choice(TWO_CORES, "1", 3), (Cpus{1, 1, 1}));
}

TEST(cpu_choice, only_usable_threads_of_a_core_are_taken) {
    EXPECT_EQ(choice(TWO_CORES_OF_TWO, "1,3", 2), (Cpus{1, 3}));
    EXPECT_EQ(choice(TWO_CORES_OF_TWO, "0-1", 2), (Cpus{0, 1}));
}

struct UsableCase {
    const char* affinity;
    const char* isolated; ///< nullptr: none
    const char* requested;
};

/// The usable CPUs of eight, "refused" when there are none.
std::string usable(const UsableCase& offer) {
    const Topology topology = made_up(EIGHT_CORES);
    CpuOffer sets{.affinity = cpus(offer.affinity), .isolated = {}, .requested = {}};
    if (offer.isolated != nullptr) {
        sets.isolated = cpus(offer.isolated);
    }
    if (offer.requested != nullptr) {
        sets.requested = cpus(offer.requested);
    }
    const auto set = usable_cpus(topology, sets);
    return set ? hosted::text_of(*set) : "refused";
}

TEST(cpu_choice, affinity_is_used_when_nothing_is_requested) {
    EXPECT_EQ(usable({"1-3", nullptr, nullptr}), "1-3");
    EXPECT_EQ(usable({"1-3", "6-7", nullptr}), "1-3");
}

TEST(cpu_choice, requested_cpus_within_the_affinity_are_used) {
    EXPECT_EQ(usable({"1-3", nullptr, "2"}), "2");
}

TEST(cpu_choice, requested_cpus_outside_the_affinity_are_refused) {
    EXPECT_EQ(usable({"1-3", nullptr, "0"}), "refused");
    EXPECT_EQ(usable({"1-3", nullptr, "3-4"}), "refused");
    EXPECT_EQ(usable({"0-7", nullptr, "8"}), "refused");
}

TEST(cpu_choice, isolated_cpus_are_used_when_requested) {
    EXPECT_EQ(usable({"0-5", "6-7", "6-7"}), "6-7");
    EXPECT_EQ(usable({"0-5", "6-7", "5-6"}), "5-6");
    EXPECT_EQ(usable({"0-5", "6-9", "9"}), "refused") << "not on this machine";
}

TEST(cpu_choice, refusal_names_what_is_missing_and_what_there_is) {
    const auto set = usable_cpus(
        made_up(EIGHT_CORES), {.affinity = cpus("1-3"), .isolated = {}, .requested = cpus("3-5")});
    ASSERT_FALSE(set.has_value());
    EXPECT_EQ(set.error().status, ExitStatus::Environment);
    EXPECT_EQ(set.error().where, "CPU 4-5");
    EXPECT_NE(set.error().remedy.find("1-3"), std::string::npos);
}

TEST(cpu_choice, affinity_without_a_cpu_of_this_machine_is_refused) {
    EXPECT_EQ(usable({"64", nullptr, nullptr}), "refused");
}

} // namespace
} // namespace knhk::loader
