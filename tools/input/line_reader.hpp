// SPDX-License-Identifier: MIT
// Lines from a descriptor that may have nothing yet, in bounded memory.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/host/descriptor.hpp"

namespace knhk::tools {

inline constexpr std::size_t INPUT_LINE_BYTES_MAX = std::size_t{64} * 1024;

class InputLines {
  public:
    /// `file` may be one that belongs to somebody else.
    explicit InputLines(int file) : file_(file) {}

    /// A line without its end, valid until the next call. None: there is none yet, or ever.
    [[nodiscard]] std::optional<std::string_view> next();
    /// Reads what is there now, if there is room. Throws Failure when it cannot.
    void read_more();

    /// The last line's number, from 1.
    [[nodiscard]] u64 line() const { return line_; }
    /// The last line was longer than INPUT_LINE_BYTES_MAX, and is not all there.
    [[nodiscard]] bool was_too_long() const { return too_long_; }
    /// Nothing follows what next() has given.
    [[nodiscard]] bool is_done() const { return ended_ && begin_ == text_.size(); }
    /// Whether something could be read now, or next() has something.
    [[nodiscard]] bool has_something() const;

  private:
    int file_;
    std::string text_;      ///< what was read
    std::size_t begin_ = 0; ///< of what next() has not given
    u64 line_ = 0;
    bool too_long_ = false;
    bool skips_ = false; ///< the rest of a line that was too long
    bool ended_ = false;
};

} // namespace knhk::tools
