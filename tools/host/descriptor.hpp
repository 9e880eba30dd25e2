// SPDX-License-Identifier: MIT
// A file descriptor with an owner, and the few whole-file operations that the commands share.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/types.hpp"

namespace knhk::tools {

/// Closes its descriptor when it goes.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int raw) : raw_(raw) {}
    Descriptor(Descriptor&& other) noexcept : raw_(std::exchange(other.raw_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(raw_, other.raw_);
        return *this;
    }
    ~Descriptor() { close(); }

    [[nodiscard]] int get() const { return raw_; }
    [[nodiscard]] bool valid() const { return raw_ >= 0; }
    void close();

  private:
    int raw_ = -1;
};

/// Writes everything, or returns the errno value that ended it; what was written stays.
[[nodiscard]] int write_all(int descriptor, std::span<const std::byte> bytes);

/// Reads exactly so many bytes; false when they do not come.
[[nodiscard]] bool read_all(int descriptor, void* to, u64 size_bytes);

/// Replaces `path` by `text` in one step: readers see the old file or the new one.
void replace_file(const std::filesystem::path& path, std::string_view text);

/// The whole of a small text file; throws Failure when it cannot be read.
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path);

/// The bytes of an input, or the first of one that is larger than `bytes_max`: more than that many
/// then. `what` it is stands in errors: Failure (BadInput).
[[nodiscard]] std::string read_input_file(const std::filesystem::path& path, std::size_t bytes_max,
                                          const char* what);

} // namespace knhk::tools
