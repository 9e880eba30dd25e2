// SPDX-License-Identifier: MIT
#include "tests/support/command.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace knhk::test {

namespace {

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr) {
        throw std::runtime_error(std::string(name) + " is not set: run the tests through Meson");
    }
    return value;
}

/// Output goes to files, so that no pipe can fill while nobody reads it.
int spawn_and_wait(const std::vector<std::string>& words, const std::string& out,
                   const std::string& err) {
    std::vector<char*> arguments;
    for (const std::string& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    constexpr int NEW = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), NEW, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), NEW, 0600);
    pid_t child = 0;
    const int error =
        posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        throw std::runtime_error("cannot start " + words[0]);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

CommandResult run_command(const std::vector<std::string>& words) {
    const Folder folder;
    CommandResult result;
    result.status = spawn_and_wait(words, folder.file("out"), folder.file("err"));
    result.out = read_file(folder.file("out"));
    result.err = read_file(folder.file("err"));
    return result;
}

CommandResult knhk(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), from_environment("KNHK_COMMAND"));
    return run_command(arguments);
}

nlohmann::json knhk_json(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const CommandResult result = knhk(arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    return nlohmann::json::parse(result.out.empty() ? "{}" : result.out);
}

std::string image_path() {
    return from_environment("KNHK_IMAGE");
}
std::string loader_path() {
    return from_environment("KNHK_LOADER");
}
std::vector<std::string> platforms() {
    std::istringstream words(from_environment("KNHK_PLATFORMS"));
    return {std::istream_iterator<std::string>(words), {}};
}

std::vector<std::string> emulated_platforms() {
    std::vector<std::string> all = platforms();
    all.erase(all.begin());
    return all;
}

std::vector<std::string> foreign_processes() {
    std::vector<std::string> found;
    for (const std::string& platform : emulated_platforms()) {
        if (platform != emulated_platforms().front()) { // this machine's
            found.push_back("linux-" + architecture_of(platform));
        }
    }
    return found;
}

std::string architecture_of(const std::string& platform) {
    return platform == "linux" ? architecture_of(platforms().at(1))
                               : platform.substr(platform.find('-') + 1);
}

void build_for_all(const std::string& program, const std::string& prefix) {
    for (const std::string& platform : emulated_platforms()) {
        const auto built = knhk({"build", program, "--arch", architecture_of(platform), "-o",
                                 image_for(platform, prefix)});
        ASSERT_EQ(built.status, 0) << platform << ": " << built.err;
    }
}

std::string image_for(const std::string& platform, const std::string& prefix) {
    return prefix + "-" + architecture_of(platform) + ".elf";
}

std::string source_root() {
    return from_environment("KNHK_SOURCE_ROOT");
}

Folder::Folder() {
    std::string name = std::filesystem::temp_directory_path() / "knhk-test-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no temporary folder");
    }
    path_ = name;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return bytes.str();
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (!line.empty()) {
            lines.push_back(line);
        }
    }
    return lines;
}

} // namespace knhk::test
