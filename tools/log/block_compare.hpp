// SPDX-License-Identifier: MIT
// Compares one beat of two logs, down to the field.
#pragma once

#include "tools/log/log_compare.hpp"

namespace knhk::tools {

/// What was found to differ so far.
class Differences {
  public:
    /// `with_events`: both logs hold them.
    void compare_blocks(const LogBlock& a, const LogBlock& b, bool with_events);

    void note_number(std::optional<u64> beat, const char* field, u64 a, u64 b);
    void note_digest(LogDifference where, const Digest& a, const Digest& b);
    void note_first(LogDifference difference);
    void count(u64 events) { mismatching_events_ += events; }

    [[nodiscard]] u64 mismatching_events() const { return mismatching_events_; }
    [[nodiscard]] const std::optional<LogDifference>& first() const { return first_; }

  private:
    void compare_events(const LogBlock& a, const LogBlock& b);
    void compare_core(u64 beat, u32 core, std::span<const Event> a, std::span<const Event> b);

    u64 mismatching_events_ = 0;
    std::optional<LogDifference> first_;
};

} // namespace knhk::tools
