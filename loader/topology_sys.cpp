// SPDX-License-Identifier: MIT
#include "loader/topology_sys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <tuple>

#include "loader/cpu_list.hpp"

namespace knhk::loader {
namespace {

using hosted::CpuSet;

/// The longest list: every second CPU of CPU_NUMBERS_MAX, alone.
constexpr std::size_t FILE_BYTES_MAX = 32 * 1024;
constexpr unsigned NODES_MAX = 1024;

/// Newer kernels' name of a list first.
using Names = std::array<const char*, 2>;
constexpr Names CORE_LISTS = {"core_cpus_list", "thread_siblings_list"};
constexpr Names PACKAGE_LISTS = {"package_cpus_list", "core_siblings_list"};

/// The first thing that is wrong: there may be thousands.
class Complaint {
  public:
    void add(const std::string& path, const char* what) {
        if (text_.empty()) {
            text_ = fmt::format("{}: {}", path, what);
        }
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

/// A list of numbers in a file; an empty one is a list too. None: it is not there, or is no list.
std::optional<CpuSet> read_list(const SysReader& read, const std::string& path) {
    std::optional<std::string> text = read(path);
    if (!text) {
        return std::nullopt;
    }
    if (text->ends_with('\n')) {
        text->pop_back();
    }
    if (text->empty()) {
        return CpuSet();
    }
    auto list = parse_cpu_list(*text);
    return list ? std::optional(*list) : std::nullopt;
}

std::optional<CpuSet> read_list_of_cpu(const SysReader& read, unsigned cpu, const Names& names) {
    for (const char* name : names) {
        if (auto list = read_list(read, fmt::format("cpu/cpu{}/topology/{}", cpu, name))) {
            return list;
        }
    }
    return std::nullopt;
}

/// Parts of `present` as its CPUs' own lists make them. A CPU that an earlier part has is not in a
/// later one; a list without its own CPU makes a part of that CPU alone.
std::vector<CpuSet> parts_of(const SysReader& read, const CpuSet& present, const Names& names,
                             Complaint& complaint) {
    std::vector<CpuSet> parts;
    CpuSet left = present;
    for (const unsigned cpu : present.members()) {
        if (!left.contains(cpu)) {
            continue;
        }
        const std::optional<CpuSet> list = read_list_of_cpu(read, cpu, names);
        CpuSet part;
        part.add(cpu);
        if (list && list->contains(cpu)) {
            part = *list & left;
        } else {
            complaint.add(fmt::format("cpu/cpu{}/topology/{}", cpu, names.front()),
                          "no list of CPUs with this one");
        }
        left = left - part;
        parts.push_back(part);
    }
    return parts;
}

/// A kernel without NUMA tells of no nodes: then it is one.
std::vector<CpuSet> nodes_of(const SysReader& read, const CpuSet& present, Complaint& complaint) {
    const std::optional<CpuSet> numbers = read_list(read, "node/online");
    if (!numbers) {
        return {present};
    }
    std::vector<CpuSet> nodes;
    CpuSet left = present;
    for (const unsigned node : numbers->members()) {
        if (node >= NODES_MAX) {
            complaint.add("node/online", "more nodes than a machine has");
            break;
        }
        const std::string path = fmt::format("node/node{}/cpulist", node);
        const std::optional<CpuSet> list = read_list(read, path);
        if (!list) {
            complaint.add(path, "no list of CPUs");
            continue;
        }
        const CpuSet cpus = *list & left; // none where there is memory alone
        if (!cpus.is_empty()) {
            left = left - cpus;
            nodes.push_back(cpus);
        }
    }
    return nodes;
}

/// For each CPU the lowest of its part's; itself where it is in none.
std::vector<unsigned> first_in_part(const std::vector<CpuSet>& parts) {
    std::vector<unsigned> first(hosted::CPU_NUMBERS_MAX);
    for (unsigned cpu = 0; cpu < first.size(); ++cpu) {
        first[cpu] = cpu;
    }
    for (const CpuSet& part : parts) {
        const std::vector<unsigned> members = part.members();
        for (const unsigned cpu : members) {
            first[cpu] = members.front();
        }
    }
    return first;
}

/// Cores of one package, and within it of one node, stand together (or the other way round, where
/// a node holds packages): CPUs are often numbered across them.
void put_neighbours_together(Topology& topology) {
    const std::vector<unsigned> package = first_in_part(topology.packages);
    const std::vector<unsigned> node = first_in_part(topology.nodes);
    std::vector<std::pair<std::tuple<unsigned, unsigned, unsigned>, std::size_t>> order;
    for (std::size_t i = 0; i < topology.cores.size(); ++i) {
        const unsigned cpu = topology.cores[i].members().front();
        const auto [outer, inner] = std::minmax(package[cpu], node[cpu]);
        order.push_back({{outer, inner, cpu}, i});
    }
    std::ranges::sort(order);
    std::vector<CpuSet> cores;
    for (const auto& [key, index] : order) {
        cores.push_back(topology.cores[index]);
    }
    topology.cores = std::move(cores);
}

} // namespace

SysReader sys_files(const std::filesystem::path& root) {
    return [root](const std::string& path) -> std::optional<std::string> {
        std::ifstream file(root / path, std::ios::binary);
        std::string text(FILE_BYTES_MAX + 1, '\0');
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(file.gcount()));
        const bool was_read = file.eof() && !file.bad() && text.size() <= FILE_BYTES_MAX;
        return was_read ? std::optional(text) : std::nullopt;
    };
}

Topology read_sys_topology(const SysReader& read, const CpuSet& affinity) {
    Complaint complaint;
    Topology topology;
    const std::optional<CpuSet> online = read_list(read, "cpu/online");
    if (!online || online->is_empty()) {
        complaint.add("cpu/online", "no list of CPUs");
    }
    topology.present = online && !online->is_empty() ? *online : affinity;
    topology.cores = parts_of(read, topology.present, CORE_LISTS, complaint);
    topology.packages = parts_of(read, topology.present, PACKAGE_LISTS, complaint);
    topology.nodes = nodes_of(read, topology.present, complaint);
    put_neighbours_together(topology);
    topology.complaint = complaint.take();
    return topology;
}

} // namespace knhk::loader
