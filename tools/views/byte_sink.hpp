// SPDX-License-Identifier: MIT
// A large buffer in front of a descriptor, into which long output is formatted in place. A reader
// that has had enough (`| head`) is no error: what comes after goes nowhere.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "tools/host/descriptor.hpp"

namespace knhk::tools {

class ByteSink {
  public:
    /// Room that can be asked for at once.
    static constexpr std::size_t ROOM_BYTES_MAX = std::size_t{64} * 1024;

    /// Also makes a vanished reader an error of writing instead of a deadly signal.
    [[nodiscard]] static ByteSink to_stdout();
    /// Truncates `path`, which must not be `log`: its content would be gone. "-" is stdout.
    [[nodiscard]] static ByteSink into_file(const std::filesystem::path& path,
                                            const std::filesystem::path& log);

    /// At least so many bytes to write into, until the next call; `wrote` says where they end.
    [[nodiscard]] char* room(std::size_t size_bytes) {
        if (CAPACITY_BYTES - used_ < size_bytes) {
            flush();
        }
        return buffer_.get() + used_;
    }
    void wrote(const char* end) { used_ = static_cast<std::size_t>(end - buffer_.get()); }
    void put(std::string_view text);

    /// Throws Failure (Environment) when the bytes cannot be written.
    void flush();
    /// Whether nobody reads any more.
    [[nodiscard]] bool is_deserted() const { return is_deserted_; }
    [[nodiscard]] u64 size_bytes() const { return flushed_bytes_ + used_; }

  private:
    static constexpr std::size_t CAPACITY_BYTES = std::size_t{256} * 1024;

    ByteSink(Descriptor owned, int target, std::string name);

    Descriptor owned_; ///< none for stdout
    int target_;
    std::string name_;
    std::unique_ptr<char[]> buffer_;
    std::size_t used_ = 0;
    u64 flushed_bytes_ = 0;
    bool is_deserted_ = false;
};

/// Throws Failure (BadInput) if both name one file.
void check_is_another_file(const std::filesystem::path& output, const std::filesystem::path& log);

} // namespace knhk::tools
