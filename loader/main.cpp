// SPDX-License-Identifier: MIT
// knhk-loader: runs a freestanding image inside a Linux process. Everything that can be refused is
// refused before the image is entered; every failure is one line on stderr and one exit status.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>

#include "arch/boot_info.hpp"
#include "arch/linux/cpu_binding.hpp"
#include "arch/linux/failure.hpp"
#include "arch/linux/faults.hpp"
#include "arch/linux/harts.hpp"
#include "arch/linux/linux_platform.hpp"
#include "arch/linux/watch.hpp"
#include "base/memory_map.hpp"
#include "loader/cpu_choice.hpp"
#include "loader/cpu_list.hpp"
#include "loader/image_check.hpp"
#include "loader/input_file.hpp"
#include "loader/mapping.hpp"
#include "loader/options.hpp"
#include "loader/topology.hpp"

namespace knhk::loader {
namespace {

using hosted::Failure;
using hosted::or_throw;

// An image with all its debug information stays far below.
constexpr u64 IMAGE_FILE_MAX_BYTES = 256 * 1024 * 1024;

// The image reads these until the process ends, so they outlive every stack frame.
Platform platform;
BootInfo boot_info;

/// A run whose reader is gone must not fill its ring and wait for ever.
void end_with_parent(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have ended before that call.
    if (getppid() != parent) {
        throw Failure{ExitStatus::Environment, "the program that reads the drain has ended",
                      fmt::format("process {}", parent), "start the run again"};
    }
}

ImageLayout check_image_file(const std::string& path, std::span<const std::byte> file) {
    std::expected<ImageLayout, Failure> layout = check_image(file);
    if (!layout) {
        layout.error().where = fmt::format("{}, {}", path, layout.error().where);
    }
    return or_throw(std::move(layout));
}

std::vector<std::byte> read_container(const Options& options) {
    if (!options.container) {
        return {};
    }
    return read_input("container", *options.container, region::container.size_bytes);
}

/// One line, whatever a file's name contains.
void print_line(std::string line) {
    for (char& c : line) {
        c = static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    line += '\n';
    hosted::write_fully(STDERR_FILENO, line.data(), line.size());
}

hosted::CpuSet isolated_cpus() {
    std::ifstream file("/sys/devices/system/cpu/isolated");
    std::string list;
    std::getline(file, list);
    auto set = parse_cpu_list(list);
    return set ? *set : hosted::CpuSet();
}

std::vector<unsigned> choose_workers_cpus(const Options& options) {
    const Topology topology = this_machine();
    if (!topology.complaint.empty()) {
        print_line(fmt::format("knhk-loader: warning: the kernel's files about CPUs are not as "
                               "they should be: {}: workers may share a core",
                               topology.complaint));
    }
    CpuOffer offer{
        .affinity = hosted::affinity_of_this_thread(),
        .isolated = isolated_cpus(),
        .requested = {},
    };
    if (options.cpus) {
        offer.requested = or_throw(parse_cpu_list(*options.cpus));
    }
    return choose_cpus(topology, or_throw(usable_cpus(topology, offer)), options.workers);
}

u32 count_different(std::vector<unsigned> cpus) {
    std::ranges::sort(cpus);
    return static_cast<u32>(std::ranges::unique(cpus).begin() - cpus.begin());
}

void fill_boot_info(const Options& options, u32 cpu_count, u64 container_size_bytes) {
    platform = hosted::linux_platform(options.workers, cpu_count);
    boot_info.magic = BOOT_INFO_MAGIC;
    boot_info.version = IMAGE_ABI_VERSION;
    boot_info.size_bytes = sizeof(BootInfo);
    boot_info.platform = &platform;
    boot_info.container_size_bytes = container_size_bytes;
    boot_info.instruction_sets = hosted::usable_instruction_sets();
    const std::string name = fmt::format("linux-{}", name_of(host_architecture()));
    name.copy(boot_info.platform_name, sizeof boot_info.platform_name - 1);
    boot_info.command_line_size = options.command_line.size();
    std::memcpy(boot_info.command_line, options.command_line.data(), options.command_line.size());
}

ExitStatus status_of(unsigned returned) {
    constexpr auto LAST = static_cast<unsigned>(EXIT_STATUS_LAST);
    if (returned > LAST) {
        throw Failure{ExitStatus::RunFailed, fmt::format("unknown status {}", returned), "worker 0",
                      "report it as a bug of the image"};
    }
    return static_cast<ExitStatus>(returned);
}

ExitStatus load_and_run(const Options& options, pid_t parent) {
    if (options.drain) {
        end_with_parent(parent);
    }
    // Input: nothing is mapped until all of it is known to be good.
    const std::vector<std::byte> image = read_input("image", options.image, IMAGE_FILE_MAX_BYTES);
    const ImageLayout layout = check_image_file(options.image, image);
    const std::vector<std::byte> container = read_container(options);
    const OpenFile drain = options.drain ? open_drain(*options.drain) : OpenFile();

    // CPUs, before memory: the pages written here then lie near worker 0.
    const std::vector<unsigned> cpus = choose_workers_cpus(options);
    hosted::bind_this_thread(cpus.front());

    // Memory.
    map_image(layout, image);
    map_regions(drain);
    const u64 container_size_bytes = place_container(container);
    lock_memory(layout);

    // The machine as the image sees it.
    hosted::install_operator_signals();
    hosted::install_fault_handlers();
    hosted::take_watch_signal();
    hosted::create_harts(cpus);
    fill_boot_info(options, count_different(cpus), container_size_bytes);

    const auto entry = reinterpret_cast<hosted::ImageEntry>(layout.entry);
    return status_of(hosted::run_harts(entry, boot_info));
}

void print(const Failure& failure) {
    print_line(
        fmt::format("knhk-loader: error: {}: {}: {}", failure.what, failure.where, failure.remedy));
}

ExitStatus run(int argc, char** argv, pid_t parent) {
    try {
        const std::optional<Options> options = parse_options(argc, argv);
        return options ? load_and_run(*options, parent) : ExitStatus::Ok;
    } catch (const Failure& failure) {
        print(failure);
        return failure.status;
    } catch (const std::exception& error) {
        print({ExitStatus::Environment, error.what(), "loader", "free memory and try again"});
        return ExitStatus::Environment;
    }
}

} // namespace
} // namespace knhk::loader

int main(int argc, char** argv) {
    const pid_t parent = getppid();
    const knhk::ExitStatus status = knhk::loader::run(argc, argv, parent);
    std::fflush(stdout);
    // Harts may still run after a failure: end without tearing down what they use.
    _exit(static_cast<int>(status));
}
