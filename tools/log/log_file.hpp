// SPDX-License-Identifier: MIT
// A log as a file: bytes at any place of it. Read, never mapped: a file that is cut while it is
// looked at then ends early, where a mapping would kill the command.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <type_traits>

#include "base/types.hpp"
#include "tools/host/descriptor.hpp"

namespace knhk::tools {

class LogFile {
  public:
    /// Throws Failure (BadInput) when `path` cannot be opened or is no regular file.
    [[nodiscard]] static LogFile open(const std::filesystem::path& path);
    /// `name` stands for the file in messages.
    [[nodiscard]] static LogFile from(Descriptor file, std::string name);

    [[nodiscard]] const std::string& name() const { return name_; }
    /// As it is now: files grow, and are cut.
    [[nodiscard]] u64 size_bytes() const;
    /// Fills `to` from `offset` on, as far as the file goes, and returns how far that was.
    [[nodiscard]] u64 read_at(u64 offset, std::span<std::byte> to) const;
    /// False when the file ends before.
    template<class Record>
    [[nodiscard]] bool read_whole(u64 offset, Record& to) const {
        static_assert(std::is_trivially_copyable_v<Record>);
        return read_at(offset, std::as_writable_bytes(std::span(&to, 1))) == sizeof to;
    }
    /// The same file, for somebody else.
    [[nodiscard]] LogFile again() const;

  private:
    LogFile(Descriptor file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}

    Descriptor file_;
    std::string name_;
};

} // namespace knhk::tools
