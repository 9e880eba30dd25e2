// SPDX-License-Identifier: MIT
#include "tools/run/host_facts.hpp"

#include <chrono>
#include <fstream>

#include <sys/utsname.h>

#include <fmt/chrono.h>

#include "tools/host/process.hpp"

namespace knhk::tools {

namespace {

utsname system_names() {
    utsname names{};
    ::uname(&names); // leaves empty strings when it fails
    return names;
}

} // namespace

std::string host_name() {
    return system_names().nodename;
}

std::string kernel_release() {
    const utsname names = system_names();
    return fmt::format("{} {}", names.sysname, names.release);
}

std::string cpu_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) {
            return line.substr(colon + 2);
        }
    }
    return {};
}

std::string qemu_version(const std::string& program) {
    const std::string text = output_of({program, "--version"});
    return text.substr(0, text.find('\n'));
}

std::string utc_now() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", now);
}

} // namespace knhk::tools
