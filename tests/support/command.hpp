// SPDX-License-Identifier: MIT
// Runs programs of this tree as a person would, for tests of the whole: what they print, and how
// they end. Where the programs are comes from the environment, which Meson fills.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace knhk::test {

struct CommandResult {
    int status = -1; ///< exit status, or 128 + the signal that ended it
    std::string out;
    std::string err;
};

/// Runs `words` without a shell, standard input empty.
[[nodiscard]] CommandResult run_command(const std::vector<std::string>& words);

/// Runs the host command with these arguments.
[[nodiscard]] CommandResult knhk(std::vector<std::string> arguments);
/// The same with --json: the object that it printed. The test fails when the status is not 0.
[[nodiscard]] nlohmann::json knhk_json(std::vector<std::string> arguments);

[[nodiscard]] std::string image_path();
[[nodiscard]] std::string loader_path();
[[nodiscard]] std::string source_root();

/// Where images of this build run: "linux", then what emulates each architecture that it has an
/// image of, this machine's first.
[[nodiscard]] std::vector<std::string> platforms();
/// The same without "linux".
[[nodiscard]] std::vector<std::string> emulated_platforms();
/// Processes of the other architectures: "linux-riscv64".
[[nodiscard]] std::vector<std::string> foreign_processes();
/// Of the platform's image.
[[nodiscard]] std::string architecture_of(const std::string& platform);
/// Builds the images of a program for all platforms: PREFIX-ARCHITECTURE.elf.
void build_for_all(const std::string& program, const std::string& prefix);
[[nodiscard]] std::string image_for(const std::string& platform, const std::string& prefix);

/// A folder that goes away with the object.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

[[nodiscard]] std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& bytes);

/// Lines that are not empty.
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);

} // namespace knhk::test
