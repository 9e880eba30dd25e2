// SPDX-License-Identifier: MIT
// An image on disk: opened once, checked, hashed, and run through the same descriptor, so that the
// hash names the bytes that really ran even if a build replaces the file meanwhile.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/types.hpp"
#include "loader/image_check.hpp"
#include "tools/host/descriptor.hpp"

namespace knhk::tools {

class ImageFile {
  public:
    /// Throws Failure when the file cannot be read or is not a whole image of this version,
    /// for this architecture.
    [[nodiscard]] static ImageFile open(const std::filesystem::path& path,
                                        Architecture architecture = loader::host_architecture());

    /// Its bytes, again. Throws Failure when they cannot be read any more.
    [[nodiscard]] std::vector<std::byte> read() const;
    /// The bytes that are loaded, as they lie in memory: for loaders that know no ELF files.
    [[nodiscard]] std::vector<std::byte> read_raw() const;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] int descriptor() const { return file_.get(); }
    [[nodiscard]] const std::string& sha256_text() const { return sha256_text_; }

  private:
    ImageFile(std::filesystem::path path, Descriptor file, u64 size_bytes, std::string sha256_text,
              Architecture architecture)
        : path_(std::move(path)), file_(std::move(file)), size_bytes_(size_bytes),
          sha256_text_(std::move(sha256_text)), architecture_(architecture) {}

    std::filesystem::path path_;
    Descriptor file_;
    u64 size_bytes_;
    std::string sha256_text_;
    Architecture architecture_;
};

} // namespace knhk::tools
