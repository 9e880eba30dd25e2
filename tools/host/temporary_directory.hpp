// SPDX-License-Identifier: MIT
// A directory for files that another program wants by name; it goes, with all in it, when done.
#pragma once

#include <filesystem>

namespace knhk::tools {

class TemporaryDirectory {
  public:
    TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

} // namespace knhk::tools
