// SPDX-License-Identifier: MIT
// The kernel's files against hwloc, on this machine and on made-up ones; and files that are broken.
#include "loader/topology_sys.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "arch/linux/cpu_binding.hpp"
#include "arch/linux/failure.hpp"
#include "loader/cpu_list.hpp"
#include "loader/topology_hwloc.hpp"

namespace knhk::loader {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

hosted::CpuSet cpus(const char* list) {
    return hosted::or_throw(parse_cpu_list(list));
}

/// "0,2 1,3": one word a part.
std::string text_of_parts(const std::vector<hosted::CpuSet>& parts) {
    std::string text;
    for (const hosted::CpuSet& part : parts) {
        text += (text.empty() ? "" : " ") + text_of(part);
    }
    return text;
}

SysReader reader_of(const Files& files) {
    return [files](const std::string& path) -> std::optional<std::string> {
        const auto found = files.find(path);
        return found == files.end() ? std::nullopt : std::optional(found->second);
    };
}

Topology read(const Files& files, const char* affinity = "0-3") {
    return read_sys_topology(reader_of(files), cpus(affinity));
}

struct Cpu {
    unsigned number;
    const char* core; ///< the CPUs of its core, and so on
    const char* package;
    unsigned core_id;
    unsigned package_id;
};

/// As hwloc reads it: the same set as a number.
std::string mask_of(const char* list) {
    unsigned mask = 0;
    for (const unsigned cpu : cpus(list).members()) {
        mask |= 1U << cpu;
    }
    return fmt::format("{:08x}\n", mask);
}

void describe(Files& files, const Cpu& cpu) {
    const std::string folder = "cpu/cpu" + std::to_string(cpu.number) + "/topology/";
    files[folder + "core_cpus_list"] = std::string(cpu.core) + "\n";
    files[folder + "package_cpus_list"] = std::string(cpu.package) + "\n";
    // What hwloc wants besides.
    files[folder + "core_cpus"] = mask_of(cpu.core);
    files[folder + "package_cpus"] = mask_of(cpu.package);
    files[folder + "core_id"] = std::to_string(cpu.core_id) + "\n";
    files[folder + "physical_package_id"] = std::to_string(cpu.package_id) + "\n";
}

/// Two packages, each a node, of two cores with two threads; numbered across all of them.
Files interleaved_machine() {
    Files files{{"cpu/online", "0-7\n"},
                {"cpu/possible", "0-7\n"},
                {"node/online", "0-1\n"},
                {"node/node0/cpulist", "0,2,4,6\n"},
                {"node/node1/cpulist", "1,3,5,7\n"},
                {"node/node0/cpumap", mask_of("0,2,4,6")},
                {"node/node1/cpumap", mask_of("1,3,5,7")}};
    for (unsigned cpu = 0; cpu < 8; ++cpu) {
        static constexpr const char* CORES[] = {"0,4", "1,5", "2,6", "3,7"};
        static constexpr const char* PACKAGES[] = {"0,2,4,6", "1,3,5,7"};
        describe(files, {cpu, CORES[cpu % 4], PACKAGES[cpu % 2], cpu % 4 / 2, cpu % 2});
    }
    return files;
}

/// A folder in which `files` stand as hwloc looks for them.
class Tree {
  public:
    explicit Tree(const Files& files) {
        std::string name = fs::temp_directory_path() / "knhk-sys-XXXXXX";
        EXPECT_NE(mkdtemp(name.data()), nullptr);
        root_ = name;
        for (const auto& [path, text] : files) {
            fs::create_directories((system() / path).parent_path());
            std::ofstream(system() / path) << text;
        }
    }
    ~Tree() {
        std::error_code ignored;
        fs::remove_all(root_, ignored);
    }
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;
    [[nodiscard]] const fs::path& root() const { return root_; }
    [[nodiscard]] fs::path system() const { return root_ / "sys" / "devices" / "system"; }

  private:
    fs::path root_;
};

/// Both see the same, as far as the process's cgroup lets hwloc see.
void expect_equal(const Topology& sys, const Topology& hwloc) {
    const auto seen = [&hwloc](const std::vector<hosted::CpuSet>& parts) {
        std::vector<hosted::CpuSet> left;
        for (const hosted::CpuSet& part : parts) {
            if (!(part & hwloc.present).is_empty()) {
                left.push_back(part & hwloc.present);
            }
        }
        return text_of_parts(left);
    };
    EXPECT_TRUE(sys.present.includes(hwloc.present));
    EXPECT_EQ(seen(sys.cores), seen(hwloc.cores));
    EXPECT_EQ(seen(sys.nodes), seen(hwloc.nodes));
    EXPECT_EQ(seen(sys.packages), seen(hwloc.packages));
    EXPECT_EQ(sys.complaint, "");
}

Topology hwloc_of(const Tree& tree) {
    setenv("HWLOC_FSROOT", tree.root().c_str(), 1);
    setenv("HWLOC_COMPONENTS", "linux,stop", 1);
    Topology topology = read_hwloc_topology();
    unsetenv("HWLOC_FSROOT");
    unsetenv("HWLOC_COMPONENTS");
    return topology;
}

TEST(topology, this_machine_is_the_same_in_its_files_and_to_hwloc) {
    expect_equal(
        read_sys_topology(sys_files("/sys/devices/system"), hosted::affinity_of_this_thread()),
        read_hwloc_topology());
}

TEST(topology, made_up_machine_is_the_same_in_its_files_and_to_hwloc) {
    const Tree tree(interleaved_machine());
    const Topology sys = read_sys_topology(sys_files(tree.system()), cpus("0"));
    expect_equal(sys, hwloc_of(tree));
    EXPECT_EQ(text_of_parts(sys.cores), "0,4 2,6 1,5 3,7") << "neighbours together";
    EXPECT_EQ(text_of(sys.present), "0-7");
}

TEST(topology, difference_to_hwloc_would_be_seen) {
    Files files = interleaved_machine();
    const Tree whole(files);
    files["cpu/cpu1/topology/core_cpus_list"] = "1\n";
    const Topology other = read(files);
    EXPECT_NE(text_of_parts(other.cores), text_of_parts(hwloc_of(whole).cores));
}

TEST(topology, older_names_of_the_lists_are_read) {
    Files files = interleaved_machine();
    for (unsigned cpu = 0; cpu < 8; ++cpu) {
        const std::string folder = "cpu/cpu" + std::to_string(cpu) + "/topology/";
        files[folder + "thread_siblings_list"] = files.extract(folder + "core_cpus_list").mapped();
        files[folder + "core_siblings_list"] = files.extract(folder + "package_cpus_list").mapped();
    }
    const Topology topology = read(files);
    EXPECT_EQ(text_of_parts(topology.cores), "0,4 2,6 1,5 3,7");
    EXPECT_EQ(text_of_parts(topology.packages), "0,2,4,6 1,3,5,7");
    EXPECT_EQ(topology.complaint, "");
}

TEST(topology, without_numa_the_machine_is_one_node) {
    Files files = interleaved_machine();
    files.erase("node/online");
    const Topology topology = read(files);
    EXPECT_EQ(text_of_parts(topology.nodes), "0-7");
    EXPECT_EQ(topology.complaint, "");
}

TEST(topology, node_of_memory_alone_is_left_out) {
    Files files = interleaved_machine();
    files["node/online"] = "0-2\n";
    files["node/node2/cpulist"] = "\n";
    const Topology topology = read(files);
    EXPECT_EQ(text_of_parts(topology.nodes), "0,2,4,6 1,3,5,7");
    EXPECT_EQ(topology.complaint, "");
}

TEST(topology, cpu_that_is_offline_is_in_no_part) {
    Files files = interleaved_machine();
    files["cpu/online"] = "0-6\n";
    const Topology topology = read(files);
    EXPECT_EQ(text_of_parts(topology.cores), "0,4 2,6 1,5 3");
    EXPECT_EQ(text_of_parts(topology.nodes), "0,2,4,6 1,3,5");
}

TEST(topology, without_any_file_each_cpu_of_the_affinity_is_a_core) {
    const Topology topology = read({}, "1-2");
    EXPECT_EQ(text_of(topology.present), "1-2");
    EXPECT_EQ(text_of_parts(topology.cores), "1 2");
    EXPECT_EQ(text_of_parts(topology.nodes), "1-2");
    EXPECT_EQ(topology.complaint, "cpu/online: no list of CPUs");
}

struct Broken {
    const char* path;
    const char* text;
    const char* complaint;
};

TEST(topology, broken_files_are_told_and_every_cpu_is_in_one_core) {
    constexpr Broken CASES[] = {
        {"cpu/online", "0-", "cpu/online: no list of CPUs"},
        {"cpu/online", "\n", "cpu/online: no list of CPUs"},
        {"cpu/online", "0-99999\n", "cpu/online: no list of CPUs"},
        {"cpu/cpu0/topology/core_cpus_list", "rubbish",
         "cpu/cpu0/topology/core_cpus_list: no list of CPUs with this one"},
        {"cpu/cpu0/topology/core_cpus_list", "1\n",
         "cpu/cpu0/topology/core_cpus_list: no list of CPUs with this one"},
        {"cpu/cpu0/topology/core_cpus_list", "",
         "cpu/cpu0/topology/core_cpus_list: no list of CPUs with this one"},
        {"cpu/cpu1/topology/package_cpus_list", "0\n",
         "cpu/cpu1/topology/package_cpus_list: no list of CPUs with this one"},
        {"node/node1/cpulist", "x", "node/node1/cpulist: no list of CPUs"},
        {"node/online", "0-8000\n", "node/node2/cpulist: no list of CPUs"},
        {"node/online", "0-1,1024\n", "node/online: more nodes than a machine has"},
    };
    for (const Broken& broken : CASES) {
        Files files = interleaved_machine();
        files[broken.path] = broken.text;
        const Topology topology = read(files, "0-7");
        EXPECT_EQ(topology.complaint, broken.complaint) << broken.path << ' ' << broken.text;
        hosted::CpuSet seen;
        for (const hosted::CpuSet& core : topology.cores) {
            EXPECT_TRUE((core & seen).is_empty()) << broken.path;
            seen = seen | core;
        }
        EXPECT_EQ(text_of(seen), "0-7") << broken.path;
    }
}

TEST(topology, lists_that_contradict_each_other_put_a_cpu_into_the_first) {
    Files files = interleaved_machine();
    files["cpu/cpu0/topology/core_cpus_list"] = "0-5\n";
    EXPECT_EQ(text_of_parts(read(files).cores), "0-5 6 7");
}

TEST(topology, file_that_is_no_file_or_too_long_is_not_read) {
    const Tree tree({{"cpu/online", "0-1\n"}, {"cpu/long", std::string(40'000, '0')}});
    const SysReader read = sys_files(tree.system());
    EXPECT_EQ(read("cpu/online"), "0-1\n");
    EXPECT_EQ(read("cpu/long"), std::nullopt);
    EXPECT_EQ(read("cpu"), std::nullopt);
    EXPECT_EQ(read("cpu/none"), std::nullopt);
}

} // namespace
} // namespace knhk::loader
