// SPDX-License-Identifier: MIT
// Files without a name, shared with the one child that inherits them. Having no name, they go with
// their last user, however that ends: nothing is left behind even after `kill -9`.
#pragma once

#include <span>
#include <string>

#include "base/types.hpp"
#include "tools/host/descriptor.hpp"

namespace knhk::tools {

/// Memory that a child may open as a file (memfd). It lies outside /dev/shm, which containers keep
/// small.
class SharedFile {
  public:
    /// Zeros, of a size that nobody can change: a mapping of it never faults.
    [[nodiscard]] static SharedFile of_size(const char* name, u64 size_bytes);
    [[nodiscard]] static SharedFile holding(const char* name, std::span<const std::byte> bytes);
    /// Empty; it grows as it is written.
    [[nodiscard]] static SharedFile growing(const char* name);

    [[nodiscard]] int descriptor() const { return file_.get(); }
    [[nodiscard]] std::string path_in_child() const;

  private:
    explicit SharedFile(Descriptor file) : file_(std::move(file)) {}
    Descriptor file_;
};

/// How a child that inherits `descriptor` may open it again.
[[nodiscard]] std::string inherited_path(int descriptor);

/// A shared mapping of a part of a file.
class Mapping {
  public:
    enum class Use : u8 { Read, Write };

    Mapping() = default;
    Mapping(int descriptor, u64 offset, u64 size_bytes, Use use = Use::Write);
    Mapping(Mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    Mapping& operator=(Mapping&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~Mapping();

    [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

  private:
    std::span<std::byte> bytes_;
};

} // namespace knhk::tools
