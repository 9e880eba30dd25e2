// SPDX-License-Identifier: MIT
// The logs that the rows on recording are about, and the processes that are measured over them.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "bench/measure.hpp"

namespace knhk::bench {

/// A folder that goes with everything in it.
class WorkFolder {
  public:
    WorkFolder();
    ~WorkFolder();
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

/// Runs a shell's command and returns its wall clock in milliseconds. Throws std::runtime_error
/// when its status is not `status`.
[[nodiscard]] double milliseconds_of(const std::string& command, int status = 0);

/// `knhk` with these arguments: its JSON object. Throws std::runtime_error when it says no.
[[nodiscard]] nlohmann::json json_of(const Options& options, const std::string& arguments);

/// The command, quoted for a shell.
[[nodiscard]] std::string knhk(const Options& options);

/// What others call for: an installed program, or an empty text.
[[nodiscard]] bool has_program(const std::string& name);

[[nodiscard]] unsigned long long size_of(const std::string& path);
} // namespace knhk::bench
