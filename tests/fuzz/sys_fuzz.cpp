// SPDX-License-Identifier: MIT
// The kernel's files about CPUs, a line each: "cpu/online=0-3". Whatever they hold, each CPU must
// be in one core and one package; and a set's text must be the set.
#include <map>
#include <string>

#include "loader/cpu_list.hpp"
#include "loader/topology_sys.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace knhk;

namespace {

using Files = std::map<std::string, std::string>;

Files files_of(std::string_view text) {
    Files files;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::size_t sign = std::min(line.find('='), line.size());
        files.emplace(line.substr(0, sign), line.substr(std::min(line.size(), sign + 1)));
    }
    return files;
}

void demand_partition(const std::vector<hosted::CpuSet>& parts, const hosted::CpuSet& whole) {
    hosted::CpuSet seen;
    for (const hosted::CpuSet& part : parts) {
        fuzz::demand(!part.is_empty() && (part & seen).is_empty());
        seen = seen | part;
    }
    fuzz::demand(seen == whole);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Files files = files_of(fuzz::text_of(data, size));
    const loader::SysReader read = [&files](const std::string& path) {
        const auto found = files.find(path);
        return found == files.end() ? std::nullopt : std::optional(found->second);
    };
    hosted::CpuSet affinity;
    affinity.add(0);
    const loader::Topology topology = loader::read_sys_topology(read, affinity);
    demand_partition(topology.cores, topology.present);
    demand_partition(topology.packages, topology.present);
    for (const hosted::CpuSet& node : topology.nodes) {
        fuzz::demand(!node.is_empty() && topology.present.includes(node));
    }
    const auto again = loader::parse_cpu_list(text_of(topology.present));
    fuzz::demand(again.has_value() && *again == topology.present);
    return 0;
}
