// SPDX-License-Identifier: MIT
#include "bench/replay/files.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <sys/wait.h>

namespace knhk::bench {

WorkFolder::WorkFolder() {
    const char* where = std::getenv("TMPDIR");
    std::string path = fmt::format("{}/knhk-bench-XXXXXX", where != nullptr ? where : "/tmp");
    if (::mkdtemp(path.data()) == nullptr) {
        throw std::runtime_error("cannot make a folder in " + path + ": set TMPDIR");
    }
    path_ = path;
}

WorkFolder::~WorkFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
}

double milliseconds_of(const std::string& command, int status) {
    unpin();
    const auto begin = std::chrono::steady_clock::now();
    const int ended = std::system(command.c_str());
    const std::chrono::duration<double, std::milli> elapsed =
        std::chrono::steady_clock::now() - begin;
    if (!WIFEXITED(ended) || WEXITSTATUS(ended) != status) {
        throw std::runtime_error(fmt::format("'{}' ended with {}", command, ended));
    }
    return elapsed.count();
}

std::string knhk(const Options& options) {
    const std::string program = options.build_root + "/tools/knhk-command";
    if (!std::filesystem::exists(program)) {
        throw std::runtime_error("build the command first: './knhk --help' does");
    }
    return "'" + program + "'";
}

nlohmann::json json_of(const Options& options, const std::string& arguments) {
    unpin();
    const std::string command = knhk(options) + " " + arguments + " --json 2>/dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string output;
    char part[4096];
    for (std::size_t size = 0;
         pipe && (size = std::fread(part, 1, sizeof part, pipe.get())) != 0;) {
        output.append(part, size);
    }
    auto json = nlohmann::json::parse(output, nullptr, false);
    if (!json.is_object()) {
        throw std::runtime_error(fmt::format("'knhk {}' says no", arguments));
    }
    return json;
}

bool has_program(const std::string& name) {
    return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
}

unsigned long long size_of(const std::string& path) {
    return std::filesystem::file_size(path);
}

} // namespace knhk::bench
