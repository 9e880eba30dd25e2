// SPDX-License-Identifier: MIT
// The files that a run takes: read whole within a limit, or opened to be shared.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace knhk::loader {

/// A file descriptor that closes itself; -1 is none.
class OpenFile {
  public:
    explicit OpenFile(int descriptor = -1) : descriptor_(descriptor) {}
    OpenFile(OpenFile&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    OpenFile& operator=(OpenFile&&) = delete;
    ~OpenFile();

    [[nodiscard]] int descriptor() const { return descriptor_; }

  private:
    int descriptor_;
};

/// The bytes of a regular file of 1 to `size_max_bytes`; `role` names it in messages. Throws a
/// Failure.
[[nodiscard]] std::vector<std::byte> read_input(const char* role, const std::string& path,
                                                u64 size_max_bytes);

/// Opens the drain's file, which must have exactly the size of region::drain. Throws a Failure.
[[nodiscard]] OpenFile open_drain(const std::string& path);

} // namespace knhk::loader
