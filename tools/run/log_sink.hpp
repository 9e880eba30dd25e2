// SPDX-License-Identifier: MIT
// Where a run's log goes: a named file, a descriptor, or nowhere. An existing file is replaced only
// when there is something to replace it with.
#pragma once

#include <array>
#include <cstring>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>

#include "base/types.hpp"
#include "replay/log_format.hpp"
#include "tools/host/descriptor.hpp"
#include "tools/run/prologue_skipper.hpp"

namespace knhk::tools {

/// Keeps the two ends of a stream: enough to tell a whole log from something else.
class LogEnds {
  public:
    void add(std::span<const std::byte> bytes);
    [[nodiscard]] bool begins_as_log() const;
    /// Of what begins as a log.
    [[nodiscard]] LogHeader header() const;
    /// The last bytes as a trailer; none when they are not one.
    [[nodiscard]] std::optional<LogTrailer> trailer() const;

  private:
    std::array<std::byte, sizeof(LogHeader)> first_{};
    std::array<std::byte, sizeof(LogTrailer)> last_{};
    u64 size_bytes_ = 0;
};

class LogSink {
  public:
    /// Counts the bytes and lets them go.
    [[nodiscard]] static LogSink nowhere() { return {}; }
    /// `descriptor` stays the caller's.
    [[nodiscard]] static LogSink into(int descriptor);
    /// Whoever else wants the bytes: returns 0, or ECANCELED when it wants no more.
    using Listener = std::function<int(std::span<const std::byte>)>;
    [[nodiscard]] static LogSink to(Listener listener);
    /// A log of which the first `kept_bytes` stay. What a resumed run says before its first own
    /// record is left out, so the file becomes what an uninterrupted run would have made it.
    [[nodiscard]] static LogSink continuing(const std::filesystem::path& path, u64 kept_bytes);
    /// Opens `path` at once, so that an unwritable one is refused before anything runs.
    [[nodiscard]] static LogSink into_file(const std::filesystem::path& path);

    LogSink(LogSink&& other) noexcept;
    LogSink& operator=(LogSink&&) = delete;
    /// Removes a file that was created here and never begun.
    ~LogSink();

    /// The run has started: what an earlier run left in the file goes.
    void begin();
    /// Returns 0, ECANCELED once when the run may end, or the errno value for which the rest of
    /// `bytes` could not be written.
    [[nodiscard]] int write(std::span<const std::byte> bytes);

    [[nodiscard]] const LogEnds& ends() const { return ends_; }
    [[nodiscard]] bool has_begun() const { return has_begun_; }
    /// A plain file, beside which a manifest may lie.
    [[nodiscard]] bool is_plain_file() const { return is_plain_file_; }
    [[nodiscard]] const std::optional<std::filesystem::path>& path() const { return path_; }

  private:
    LogSink() = default;

    Descriptor owned_;
    int descriptor_ = -1;
    std::optional<std::filesystem::path> path_;
    bool created_ = false;
    bool is_plain_file_ = false;
    bool has_begun_ = false;
    std::optional<u64> kept_bytes_;
    PrologueSkipper skipper_;
    Listener listener_;
    bool listener_wants_no_more_ = false;
    LogEnds ends_;
};

} // namespace knhk::tools
